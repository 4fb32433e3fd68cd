/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortsTest {
    /**
     * A process that is just being started has all that is open here, until it closes it (childproc.c of the JDK): a socket that
     * listens, too.
     */
    @Test
    void nothingListensAtAFreePortWhileProcessesAreStarted() throws Exception {
        var over = new AtomicBoolean();
        var starters = Stream.generate(() -> Thread.ofPlatform().start(() -> {
                    while (!over.get()) {
                        start();
                    }
                }))
                .limit(4)
                .toList();
        try {
            for (int i = 0; i < 1_000; i++) {
                int port = Ports.free();
                assertThrows(ConnectException.class, () -> connect(port));
            }
        } finally {
            over.set(true);
            for (var starter : starters) {
                starter.join();
            }
        }
    }

    private static void connect(int port) throws IOException {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
    }

    private static void start() {
        try {
            new ProcessBuilder("true").start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
