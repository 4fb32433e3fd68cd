/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopbackTest {
    private final Vertx vertx = Vertx.vertx();
    private final int port = Loopback.listen(vertx, 0, request -> {
        throw new IllegalStateException("out of ideas");
    });

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void whatNoServiceGetsToSeeIsRefusedWithAProblem() throws IOException { // RFC 9457
        isProblem(414, "GET /" + "a".repeat(Loopback.MAX_HEADERS) + " HTTP/1.1\r\n"); // RFC 9110, 15.5.15
        isProblem(431, "GET / HTTP/1.1\r\nX-A: " + "a".repeat(Loopback.MAX_HEADER_BYTES) + "\r\n"); // RFC 6585, 5
        isProblem(400, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n"); // RFC 9112, 6.1
        isProblem(400, "GET\r\n"); // RFC 9112, 3
    }

    @Test
    void callerOfAHandlerThatFailsIsAnsweredAllTheSame() throws IOException { // RFC 9110, 15.6.1
        isProblem(500, "GET / HTTP/1.0\r\n");
        isProblem(500, "CONNECT shop.example:443 HTTP/1.0\r\n");
    }

    private void isProblem(int status, String head) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((head + "Host: localhost\r\n\r\n").getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.matches("(?s)HTTP/1.[01] " + status + " .*"), answer);
            assertTrue(answer.contains(Problem.MEDIA_TYPE) && answer.contains("\"status\":" + status), answer);
        }
    }
}
