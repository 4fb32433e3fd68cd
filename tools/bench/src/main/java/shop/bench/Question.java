/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;

/** An HTTP/1.1 request, written as it goes over the wire: a client of the JDK would take longer than what is measured. */
record Question(String text) {
    static Question get(String path, String token) {
        return new Question(
                "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n".formatted(path, token));
    }

    /** Through a front door, which tells by the host who is meant. */
    static Question to(String host, String path) {
        return new Question("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(path, host));
    }

    static Question event(String type, String source, String data) {
        return new Question("""
                POST / HTTP/1.1\r
                Host: localhost\r
                ce-specversion: 1.0\r
                ce-id: 1\r
                ce-type: %s\r
                ce-source: %s\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                %s""".formatted(type, source, data.length(), data));
    }

    /**
     * Asks this so often, one after the other, and fails when an answer's first line does not begin so.
     *
     * @return how long each answer took, in nanoseconds
     */
    long[] ask(int port, int times, String expected) throws IOException {
        long[] nanos = new long[times];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < times; i++) {
                long begin = System.nanoTime();
                socket.getOutputStream().write(text.getBytes(US_ASCII));
                String status = line(in);
                if (!status.startsWith(expected)) {
                    throw new IllegalStateException("expected " + expected + ", but was " + status);
                }
                in.skipNBytes(bodyLength(in));
                nanos[i] = System.nanoTime() - begin;
            }
        }
        return nanos;
    }

    private static long bodyLength(InputStream in) throws IOException {
        long length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length =
                        Long.parseLong(header.substring(header.indexOf(':') + 1).strip());
            }
        }
        return length;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException();
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }
}
