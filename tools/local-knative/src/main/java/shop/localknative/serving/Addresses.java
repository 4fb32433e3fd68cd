package shop.localknative.serving;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.duck.v1.KReference;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shop.localknative.StartException;
import shop.localknative.manifests.Manifest;

/** The names of the cluster, and the loopback listeners that stand for them here. */
public final class Addresses {
    public static final String BROKER_INGRESS = "broker-ingress.knative-eventing.svc.cluster.local";

    private static final Pattern URL = Pattern.compile("https?://(?<host>[A-Za-z0-9.-]+)(:\\d+)?(?=[/?#,;\\s]|$)");

    private final Map<String, URI> listeners = new ConcurrentHashMap<>();

    static String hostOf(String namespace, String service) {
        return "%s.%s.svc.cluster.local".formatted(service, namespace);
    }

    /** The name that browsers and curl resolve. Services are public unless they say otherwise. */
    static Optional<String> publicHostOf(Manifest service) {
        var labels = Optional.ofNullable(service.resource().getMetadata().getLabels())
                .orElse(Map.of());
        return "cluster-local".equals(labels.get("networking.knative.dev/visibility"))
                ? Optional.empty()
                : Optional.of("%s.%s.localhost".formatted(service.name(), service.namespace()));
    }

    /** Under which name people, or else other services reach it. */
    static String hostOf(Manifest service) {
        return publicHostOf(service).orElseGet(() -> hostOf(service.namespace(), service.name()));
    }

    boolean isKnown(String host) {
        return listeners.containsKey(host);
    }

    /** @param port of the listener that answers for {@code host} */
    public void add(String host, int port) {
        listeners.put(host, URI.create("http://127.0.0.1:" + port));
    }

    /** A text in which every URL of the cluster leads to its loopback listener. */
    public String translate(String text) {
        return URL.matcher(text).replaceAll(url -> {
            var listener = Optional.ofNullable(listeners.get(clusterName(url.group(1))));
            return Matcher.quoteReplacement(listener.map(URI::toString).orElse(url.group()));
        });
    }

    /** The loopback URI of a Destination. */
    public URI resolve(Destination destination) {
        return URI.create(translate(clusterUrl(destination)));
    }

    /** Where a Destination is in a cluster: an absolute URI, or a Service or Broker and a URI relative to it. */
    static String clusterUrl(Destination destination) {
        var ref = Optional.ofNullable(destination.getRef()).map(Addresses::clusterUrl);
        var uri = Optional.ofNullable(destination.getUri());
        return ref.map(base -> uri.map(base::resolve).orElse(base).toString())
                .or(() -> uri)
                .orElseThrow(() -> new StartException("A destination needs a ref or a uri."));
    }

    private static URI clusterUrl(KReference ref) {
        return switch (ref.getKind()) {
            case "Service" -> URI.create("http://%s/".formatted(hostOf(ref.getNamespace(), ref.getName())));
            case "Broker" -> URI.create("http://%s/%s/%s".formatted(BROKER_INGRESS, ref.getNamespace(), ref.getName()));
            default ->
                throw new StartException("%s %s can't take events here: expected a Service or a Broker."
                        .formatted(ref.getKind(), ref.getName()));
        };
    }

    /** Within a cluster, {@code name.namespace} and {@code name.namespace.svc} reach the same. */
    private static String clusterName(String host) {
        return switch (host.split("\\.").length) {
            case 2 -> host + ".svc.cluster.local";
            case 3 -> host.endsWith(".svc") ? host + ".cluster.local" : host;
            default -> host;
        };
    }
}
