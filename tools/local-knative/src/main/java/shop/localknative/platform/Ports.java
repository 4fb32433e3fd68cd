/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free loopback ports for processes that can't tell which one they took. They lie below the range that Linux gives to
 * outgoing connections: one of those could take the port before the process does.
 */
public final class Ports {
    private Ports() {}

    public static int free() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // try the next
            }
        }
        throw new IllegalStateException("No free port between 15000 and 32000 on the loopback interface.");
    }
}
