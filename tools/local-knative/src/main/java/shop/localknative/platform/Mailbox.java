/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.helper.BasicMessageListener;
import org.subethamail.smtp.server.SMTPServer;

/** An SMTP server that delivers every e-mail into one directory, and to nobody. */
public final class Mailbox implements AutoCloseable {
    public static final String USERNAME = "mailbox";
    private static final DateTimeFormatter ARRIVAL =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss.SSSSSS").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final SMTPServer server;
    private final AtomicInteger received = new AtomicInteger();

    private Mailbox(Path directory, String password) {
        this.directory = directory;
        this.server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .hostName("localhost")
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, given, context) -> {
                    if (!USERNAME.equals(user) || !password.equals(given)) {
                        throw new LoginFailedException("Unknown user or wrong password");
                    }
                }))
                .requireAuth()
                .messageHandler((BasicMessageListener) this::store)
                .build();
    }

    public static Mailbox start(Path directory, String password) {
        var mailbox = new Mailbox(directory, password);
        mailbox.server.start();
        return mailbox;
    }

    public int port() {
        return server.getPortAllocated();
    }

    /** The e-mails that arrived, the latest first. */
    public List<Mail> mails() {
        return DataDirectory.list(directory).reversed().stream()
                .filter(file -> file.toString().endsWith(".eml"))
                .map(Mail::read)
                .toList();
    }

    /** Runs before the sender gets its 250, so an acknowledged e-mail is on the disk. */
    private void store(MessageContext context, String from, String to, byte[] data) {
        var name = "%s-%06d.eml".formatted(ARRIVAL.format(Instant.now()), received.incrementAndGet());
        PrivateFile.write(directory.resolve(name), data);
    }

    @Override
    public void close() {
        server.stop();
    }
}
