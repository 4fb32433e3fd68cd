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

/** A question to an instance, how often it is asked, and how many answers make up one's mind. */
record Probe(Question question, Duration initialDelay, Duration period, int failureThreshold, int successThreshold) {

    /** Asks once. Empty when the answer is yes, otherwise what was wrong. */
    interface Question {
        Optional<String> ask();
    }

    /** An answer from 200 to 399. */
    record Get(URI uri, Map<String, String> headers, Duration timeout) implements Question {
        @Override
        public Optional<String> ask() {
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

    record Listens(int port, Duration timeout) implements Question {
        @Override
        public Optional<String> ask() {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) timeout.toMillis());
                return Optional.empty();
            } catch (IOException e) {
                return Optional.of("port %d: %s".formatted(port, e.getMessage()));
            }
        }
    }

    /** The mind of one who asks again and again. */
    final class Opinion {
        private boolean good = true;
        private int differing;
        private long due;

        Opinion(long nanoTime) {
            due = nanoTime + Math.max(initialDelay.toNanos(), period.toNanos());
        }

        long due() {
            return due;
        }

        boolean isGood() {
            return good;
        }

        /** Asks when it is time to. What was wrong with the answer that changed the opinion to a bad one. */
        Optional<String> askWhenDue(long nanoTime) {
            if (nanoTime < due) {
                return Optional.empty();
            }
            due = nanoTime + period.toNanos();
            var answer = question.ask();
            differing = answer.isEmpty() == good ? 0 : differing + 1;
            if (differing < (good ? failureThreshold : successThreshold)) {
                return Optional.empty();
            }
            good = !good;
            differing = 0;
            return answer;
        }
    }
}
