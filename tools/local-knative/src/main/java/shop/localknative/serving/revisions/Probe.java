/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A probe of an instance: its check, and when and how often that has to succeed or fail. */
record Probe(Check check, Duration initialDelay, Duration period, int failureThreshold, int successThreshold) {

    /** Runs once. Empty when it succeeds, otherwise the reason. */
    interface Check {
        Optional<String> run();
    }

    /** An answer from 200 to 399. */
    record HttpGet(URI uri, Map<String, String> headers, Duration timeout) implements Check {
        @Override
        public Optional<String> run() {
            try {
                var connection = (HttpURLConnection) uri.toURL().openConnection();
                headers.forEach(connection::setRequestProperty);
                connection.setConnectTimeout((int) timeout.toMillis());
                connection.setReadTimeout((int) timeout.toMillis());
                int status = connection.getResponseCode();
                connection.disconnect();
                return status >= 200 && status < 400
                        ? Optional.empty()
                        : Optional.of("%s answers %d".formatted(uri, status));
            } catch (IOException e) {
                return Optional.of("%s: %s".formatted(uri, e.getMessage()));
            }
        }
    }

    record TcpSocket(int port, Duration timeout) implements Check {
        @Override
        public Optional<String> run() {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) timeout.toMillis());
                return Optional.empty();
            } catch (IOException e) {
                return Optional.of("port %d: %s".formatted(port, e.getMessage()));
            }
        }
    }

    /** The result of a probe that is run again and again. */
    final class Result {
        private boolean success = true;
        private int differing;
        private long due;

        Result(long nanoTime) {
            due = nanoTime + Math.max(initialDelay.toNanos(), period.toNanos());
        }

        long due() {
            return due;
        }

        boolean isSuccess() {
            return success;
        }

        /** Runs the check when it is due. The reason when the result changes to a failure; empty otherwise. */
        Optional<String> checkWhenDue(long nanoTime) {
            if (nanoTime < due) {
                return Optional.empty();
            }
            due = nanoTime + period.toNanos();
            var failure = check.run();
            differing = failure.isEmpty() == success ? 0 : differing + 1;
            if (differing < (success ? failureThreshold : successThreshold)) {
                return Optional.empty();
            }
            success = !success;
            differing = 0;
            return failure;
        }
    }
}
