/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An HTTP/1.1 answer, got with a request as it goes over the wire: no client library corrects what a test sends.
 *
 * @param headers by their names in lower case
 */
record Wire(int status, Map<String, String> headers, String body) {

    /**
     * Sends a request on a connection of its own.
     *
     * @param request its lines end with a line feed; {@code Content-Length} and {@code Connection: close} are added
     */
    static Wire exchange(URI broker, String request) {
        int head = request.indexOf("\n\n");
        byte[] body = request.substring(head + 2).getBytes(UTF_8);
        String lines = request.substring(0, head) + "\nContent-Length: " + body.length + "\nConnection: close\n\n";
        try (Socket socket = new Socket(broker.getHost(), broker.getPort())) {
            socket.getOutputStream().write(lines.replace("\n", "\r\n").getBytes(UTF_8));
            socket.getOutputStream().write(body);
            return parse(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Wire parse(String answer) {
        int head = answer.indexOf("\r\n\r\n");
        Map<String, String> headers = new TreeMap<>();
        Stream.of(answer.substring(0, head).split("\r\n"))
                .skip(1)
                .map(line -> line.split(":\\s*", 2))
                .forEach(header -> headers.put(header[0].toLowerCase(), header[1]));
        return new Wire(Integer.parseInt(answer.split(" ", 3)[1]), headers, answer.substring(head + 4));
    }
}
