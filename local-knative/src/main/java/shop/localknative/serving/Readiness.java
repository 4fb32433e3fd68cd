package shop.localknative.serving;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** The question whether an instance can take requests. Without a probe, as in Knative: does it listen? */
sealed interface Readiness {
    int PATIENCE_MILLIS = 1000;

    /** Asks once. */
    boolean isReady();

    /** @param ports of the container, and those that stand for them here */
    static Readiness of(Probe probe, int port, Map<Integer, Integer> ports) {
        if (probe != null && probe.getHttpGet() != null) {
            var get = probe.getHttpGet();
            return new Get(URI.create("http://127.0.0.1:%d%s"
                    .formatted(
                            realPort(get.getPort(), port, ports),
                            Optional.ofNullable(get.getPath()).orElse("/"))));
        }
        if (probe != null && probe.getTcpSocket() != null) {
            return new Listens(realPort(probe.getTcpSocket().getPort(), port, ports));
        }
        return new Listens(port);
    }

    private static int realPort(IntOrString named, int port, Map<Integer, Integer> ports) {
        return Optional.ofNullable(named)
                .map(IntOrString::getIntVal)
                .map(p -> ports.getOrDefault(p, port))
                .orElse(port);
    }

    record Get(URI uri) implements Readiness {
        @Override
        public boolean isReady() {
            try {
                var connection = (HttpURLConnection) uri.toURL().openConnection();
                connection.setConnectTimeout(PATIENCE_MILLIS);
                connection.setReadTimeout(PATIENCE_MILLIS);
                int status = connection.getResponseCode();
                connection.disconnect();
                return status >= 200 && status < 400;
            } catch (IOException notYet) {
                return false;
            }
        }
    }

    record Listens(int port) implements Readiness {
        @Override
        public boolean isReady() {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }
    }
}
