/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.testkit.Certificate;
import shop.testkit.RecordingBroker;

/** The sink as a Knative SinkBinding describes it. */
class SinkTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path mounted;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void theTokenIsSentAsItIsNow() throws Exception {
        try (var broker = new RecordingBroker()) {
            Sink sink = sink(broker, null, null);
            assertNull(sent(broker, sink).get("Authorization"), "none is mounted");
            for (String token : new String[] {"first", "second"}) {
                Files.writeString(mounted.resolve("token"), token);
                assertEquals("Bearer " + token, sent(broker, sink).get("Authorization"));
            }
        }
    }

    @Test
    void overridesAreExtensionsOfEveryEvent() {
        try (var broker = new RecordingBroker()) {
            Sink sink = sink(broker, null, "{\"extensions\":{\"region\":\"north\",\"partitionkey\":\"all\"}}");
            Map<String, String> headers = sent(broker, sink);
            assertEquals("north", headers.get("ce-region"));
            assertEquals("all", headers.get("ce-partitionkey"));
        }
    }

    @Test
    void theCertificatesGivenAreTrustedBesidesTheUsualOnes() throws Exception {
        Certificate certificate = Certificate.forLocalhost();
        String pem = Files.readString(certificate.certificate());
        try (var broker = new RecordingBroker(certificate)) {
            assertThrows(CompletionException.class, () -> sent(broker, sink(broker, null, null)));
            assertEquals("text", sent(broker, sink(broker, pem, null)).get("ce-type"));
        }
        int usual = Sink.trusted("").size();
        assertTrue(usual > 0, "a JDK trusts somebody");
        assertEquals(usual + 1, Sink.trusted(pem).size());
    }

    /** Its backlog is full, so that nobody answers to a SYN. */
    @Test
    void whoDoesNotEvenConnectIsGivenUpSoon() throws Exception {
        try (ServerSocket blackHole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket one = new Socket(blackHole.getInetAddress(), blackHole.getLocalPort());
                Socket two = new Socket(blackHole.getInetAddress(), blackHole.getLocalPort())) {
            assertTrue(one.isConnected() && two.isConnected());
            URI address = URI.create("http://127.0.0.1:" + blackHole.getLocalPort());
            Sink sink = sink(address, null, null);
            assertTimeout(
                    Duration.ofSeconds(10),
                    () -> assertThrows(CompletionException.class, () -> send(sink, UUID.randomUUID())));
        }
    }

    private Sink sink(RecordingBroker broker, String certificates, String overrides) {
        return sink(broker.address(), certificates, overrides);
    }

    private Sink sink(URI address, String certificates, String overrides) {
        return new Sink(
                vertx,
                Optional.of(address.toString()),
                Optional.ofNullable(certificates),
                Optional.ofNullable(overrides),
                mounted.resolve("token"));
    }

    /** The headers that an event arrives with. */
    private static Map<String, String> sent(RecordingBroker broker, Sink sink) {
        UUID id = UUID.randomUUID();
        send(sink, id);
        return broker.about(id).getFirst().headers();
    }

    private static void send(Sink sink, UUID id) {
        CloudEvent event = CloudEventBuilder.v1()
                .withId(id.toString())
                .withSource(URI.create("/test"))
                .withType("text")
                .withSubject(id.toString())
                .withExtension("partitionkey", "one")
                .build();
        sink.send(event, sink.credentials())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }
}
