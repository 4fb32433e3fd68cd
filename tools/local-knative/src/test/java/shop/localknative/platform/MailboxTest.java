/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailboxTest {
    @TempDir
    Path directory;

    Mailbox mailbox;

    @BeforeEach
    void start() {
        mailbox = Mailbox.start(directory, "geheim");
    }

    @AfterEach
    void stop() {
        mailbox.close();
    }

    @Test
    void mailThatWasAcknowledgedIsThere() throws MessagingException {
        send("geheim", "Grüße");
        var mail = mailbox.mails().getFirst();
        assertEquals(List.of("shop@example.com"), mail.from());
        assertEquals(List.of("ada@example.com"), mail.to());
        assertEquals("Grüße", mail.subject());
        assertEquals("Hallo Ada, schöne Grüße", mail.text().strip());
    }

    @Test
    void latestMailIsFirst() throws MessagingException {
        send("geheim", "one");
        send("geheim", "two");
        assertEquals(
                List.of("two", "one"),
                mailbox.mails().stream().map(Mail::subject).toList());
    }

    @Test
    void wrongPasswordIsRefused() {
        assertThrows(AuthenticationFailedException.class, () -> send("falsch", "Grüße"));
        assertEquals(List.of(), mailbox.mails());
    }

    @Test
    void mailsOutliveTheMailbox() throws MessagingException {
        send("geheim", "kept");
        mailbox.close();
        mailbox = Mailbox.start(directory, "geheim");
        assertEquals("kept", mailbox.mails().getFirst().subject());
    }

    /** RFC 6532: some senders put UTF-8 into headers. */
    @Test
    void addressBeyondAsciiIsShownAsItCame() throws Exception {
        Files.writeString(
                directory.resolve("1.eml"),
                "To: \u00e4da@b\u00fccher.example\r\nSubject: Gr\u00fc\u00dfe\r\n\r\nHello");
        assertEquals(
                List.of("\u00e4da@b\u00fccher.example"),
                mailbox.mails().getFirst().to());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "To: <<a b@@\r\n\r\nHello",
                "Content-Type: text/plain; charset=nonsense\r\n\r\nHello",
                "Content-Type: multipart/mixed\r\n\r\nHello",
                "Content-Transfer-Encoding: base64\r\n\r\n%%%Hello",
                "\u0000\u0001Hello",
                ""
            })
    void mailThatCantBeReadHidesNoOther(String mail) throws Exception {
        Files.writeString(directory.resolve("0.eml"), mail);
        Files.createDirectory(directory.resolve("1.eml"));
        send("geheim", "fine");
        var mails = mailbox.mails();
        assertEquals(3, mails.size());
        assertTrue(mails.stream().anyMatch(other -> other.subject().equals("fine")));
        assertTrue(mails.stream().anyMatch(other -> other.subject().startsWith("1.eml can't be read")));
    }

    private void send(String password, String subject) throws MessagingException {
        var properties = new Properties();
        properties.put("mail.smtp.auth", "true");
        var message = new MimeMessage(Session.getInstance(properties));
        message.setFrom(new InternetAddress("shop@example.com"));
        message.setRecipient(RecipientType.TO, new InternetAddress("ada@example.com"));
        message.setSubject(subject, "UTF-8");
        message.setText("Hallo Ada, schöne Grüße", "UTF-8");
        message.saveChanges();
        try (Transport transport = message.getSession().getTransport("smtp")) {
            transport.connect("127.0.0.1", mailbox.port(), Mailbox.USERNAME, password);
            transport.sendMessage(message, message.getAllRecipients());
        }
    }
}
