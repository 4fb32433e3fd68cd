/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.helper.BasicMessageListener;
import org.subethamail.smtp.server.SMTPServer;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Party;
import shop.testkit.Certificate;
import shop.testkit.Executable;

/** Mail as it is sent outside of a laptop: over TLS, to a server that wants to know who sends. On an executable, since a JVM reads its trust store once. */
class StartTlsIT {
    private static final Certificate CERTIFICATE = Certificate.forLocalhost();

    private final UUID user = UUID.randomUUID();
    private final List<String> mails = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    @Test
    void mailIsSentOverTls() throws Exception {
        notified(server(CERTIFICATE), CERTIFICATE).statusCode(204);
        assertEquals(1, mails.size());
        assertTrue(mails.getFirst().contains("Subject: Your order is confirmed"), mails.getFirst());
    }

    @Test
    void serverThatIsNotTrustedGetsNothing() throws Exception {
        notified(server(CERTIFICATE), Certificate.forLocalhost())
                .statusCode(503)
                .body("detail", containsString("SMTP_HOST"));
        assertEquals(List.of(), mails);
    }

    @Test
    void serverOfAnotherNameGetsNothing() throws Exception {
        Certificate anothers = Certificate.of("dns:elsewhere.example");
        notified(server(anothers), anothers).statusCode(503).body("detail", containsString("SMTP_HOST"));
        assertEquals(List.of(), mails);
    }

    @Test
    void serverThatSpeaksNoTlsGetsNothing() throws Exception {
        notified(builder().build(), CERTIFICATE).statusCode(503).body("detail", containsString("SMTP_HOST"));
        assertEquals(List.of(), mails);
    }

    /** The answer of a function that has this mail server and trusts that certificate. */
    private ValidatableResponse notified(SMTPServer server, Certificate believed) throws IOException {
        server.start();
        try (Party userService = new Party();
                Executable _ = Executable.start(
                                Map.of(
                                        "QUARKUS_FUNQY_EXPORT",
                                        "notifyCustomer",
                                        "USER_SERVICE_URL",
                                        userService.url(),
                                        "IDENTITY_TOKEN_FILE",
                                        Files.writeString(directory.resolve("token"), "a-token")
                                                .toString(),
                                        "SMTP_HOST",
                                        "localhost",
                                        "SMTP_PORT",
                                        Integer.toString(server.getPortAllocated()),
                                        "SMTP_FROM",
                                        "The Shop <orders@shop.example>",
                                        "SMTP_USERNAME",
                                        "shop",
                                        "SMTP_PASSWORD",
                                        "secret"),
                                "-Djavax.net.ssl.trustStore=" + believed.keyStore(),
                                "-Djavax.net.ssl.trustStorePassword=" + Certificate.PASSWORD)
                        .listening()) {
            userService.answers(Party.Answer.json(200, """
                    {"email": "ann@customers.example", "name": "Ann"}"""));
            return Event.of(EventTypes.ORDER_CONFIRMED, EventTypes.ORDER_SERVICE, "1", """
                    {"orderId": "%s", "userId": "%s"}""".formatted(
                                    UUID.randomUUID(), user))
                    .deliver(Mode.BINARY)
                    .then();
        } finally {
            server.stop();
        }
    }

    private SMTPServer server(Certificate certificate) {
        return builder()
                .enableTLS()
                .requireTLS()
                .startTlsSocketFactory(certificate.context())
                .build();
    }

    private SMTPServer.Builder builder() {
        return SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .hostName("localhost")
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((name, password, context) -> {
                    if (!name.equals("shop") || !password.equals("secret")) {
                        throw new LoginFailedException("Unknown user or wrong password");
                    }
                }))
                .requireAuth()
                .messageHandler((BasicMessageListener)
                        (context, from, to, data) -> mails.add(new String(data, StandardCharsets.UTF_8)));
    }
}
