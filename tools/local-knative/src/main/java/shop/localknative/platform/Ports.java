/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free loopback ports for processes that can't tell which one they took. They lie below the range that Linux gives to
 * outgoing connections: one of those could take the port before the process does. Each is tried without listening there: a
 * process that is being started has all that is open here until it closes it, and a probe would find that it listens.
 */
public final class Ports {
    private Ports() {}

    public static int free() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (var socket = new Socket()) {
                socket.setReuseAddress(true); // else the process would have to wait for those to be closed
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException taken) {
                // try the next
            }
        }
        throw new IllegalStateException("No free port between 15000 and 32000 on the loopback interface.");
    }
}
