/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A kept connection on which the same event is sent, one at a time. */
final class Link implements AutoCloseable {
    private static final byte[] ACCEPTED = "HTTP/1.1 202 ".getBytes(US_ASCII);

    private final Socket socket;
    private final byte[] event;
    private final byte[] answer = new byte[4096];

    Link(int port, String event) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        this.event = event.getBytes(US_ASCII);
    }

    /** Returns when it was accepted. A 202 has no body, so its answer ends with its head. */
    void send() throws IOException {
        socket.getOutputStream().write(event);
        int length = 0;
        while (length < 4 || !new String(answer, length - 4, 4, US_ASCII).equals("\r\n\r\n")) {
            int read = socket.getInputStream().read(answer, length, answer.length - length);
            if (read < 0) {
                throw new IOException("The broker closed the connection");
            }
            length += read;
        }
        if (!new String(answer, 0, ACCEPTED.length, US_ASCII).equals(new String(ACCEPTED, US_ASCII))) {
            throw new IOException("Not accepted: " + new String(answer, 0, length, US_ASCII));
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
