/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An HTTP/1.1 answer, got with a request as it goes over the wire: no client library corrects what a test sends.
 *
 * @param headers by their names in lower case
 */
public record Wire(int status, Map<String, String> headers, String body) {
    private static final int PATIENCE_MILLIS = 10_000;

    /**
     * Sends a request on a connection of its own.
     *
     * @param request its lines end with a line feed; {@code Host} and {@code Connection: close} are added to the first
     */
    public static Wire exchange(URI server, String request) {
        String[] line = request.split("\n", 2);
        String whole = line[0] + "\nHost: " + server.getAuthority() + "\nConnection: close\n" + line[1];
        return exchangeAsItIs(server, whole);
    }

    /** As {@link #exchange}, with nothing added. */
    public static Wire exchangeAsItIs(URI server, String request) {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(UTF_8));
            return parse(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer, or one without an end, to: " + request, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless this is a problem (RFC 9457) of that status. */
    public Wire isProblem(int expected) {
        assertEquals(expected, status, this::toString);
        assertEquals("application/problem+json", headers.get("content-type"), this::toString);
        assertTrue(body.contains("\"status\":" + expected), this::toString);
        return this;
    }

    private static Wire parse(String answers) {
        String answer =
                answers.startsWith("HTTP/1.1 100") ? answers.substring(answers.indexOf("\r\n\r\n") + 4) : answers;
        int head = answer.indexOf("\r\n\r\n");
        Map<String, String> headers = new TreeMap<>();
        Stream.of(answer.substring(0, head).split("\r\n"))
                .skip(1)
                .map(line -> line.split(":\\s*", 2))
                .forEach(header -> headers.put(header[0].toLowerCase(), header[1]));
        return new Wire(Integer.parseInt(answer.split(" ", 3)[1]), headers, answer.substring(head + 4));
    }
}
