/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.network;

import io.fabric8.knative.duck.v1.Destination;
import io.fabric8.knative.duck.v1.KReference;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.UriReference;

/** The names of the cluster, and the loopback listeners that stand for them here. */
public final class Addresses {
    public static final String BROKER_INGRESS = "broker-ingress.knative-eventing.svc.cluster.local";

    private static final Pattern URL =
            Pattern.compile("https?://(?<host>[A-Za-z0-9.-]+)(?<port>:\\d+)?(?=[/?#,;\\s]|$)");

    /** In every cluster without a manifest. As the issuer of service accounts' tokens it is compared, and not called. */
    private static final String API_SERVER = "kubernetes.default.svc.cluster.local";

    /** Of the names that only a cluster gives: shorter ones may be known to this machine. */
    private static final Pattern CLUSTER_NAME = Pattern.compile("[^.]+\\.[^.]+\\.svc(\\.cluster\\.local)?");

    private final Map<String, URI> listeners = new ConcurrentHashMap<>();

    private volatile ToIntFunction<String> opener;

    /** The names that lead outside, or to another of the cluster: Services of type ExternalName. */
    private final Map<String, String> aliases = new ConcurrentHashMap<>();

    public static String hostOf(String namespace, String service) {
        return "%s.%s.svc.cluster.local".formatted(service, namespace);
    }

    /** The name that browsers and curl resolve. Services are public unless they say otherwise. */
    public static Optional<String> publicHostOf(Manifest service) {
        var labels = Optional.ofNullable(service.resource().getMetadata().getLabels())
                .orElse(Map.of());
        return "cluster-local".equals(labels.get("networking.knative.dev/visibility"))
                ? Optional.empty()
                : Optional.of("%s.%s.localhost".formatted(service.name(), service.namespace()));
    }

    /** Under which name people, or else other services reach it. */
    public static String hostOf(Manifest service) {
        return publicHostOf(service).orElseGet(() -> hostOf(service.namespace(), service.name()));
    }

    public boolean isKnown(String host) {
        return listeners.containsKey(host);
    }

    /**
     * @param host with its port, when it has several
     * @param port of the listener that answers for it
     */
    public void add(String host, int port) {
        listeners.put(host, loopback(port));
    }

    /** From now on, {@code opener} starts a listener for a host and returns its port. */
    public void listenWith(ToIntFunction<String> opener) {
        this.opener = opener;
    }

    /** Starts the listener of a host, if it has none. Waits for that. */
    public URI listen(String host) {
        return listeners.computeIfAbsent(host, name -> loopback(opener.applyAsInt(name)));
    }

    /** Makes a host lead wherever {@code target} does. */
    public void alias(String host, String target) {
        aliases.put(host, target);
    }

    /** The host that answers for one: itself, if it is no alias. */
    public String target(String host) {
        return Stream.iterate(host, name -> aliases.getOrDefault(name, name))
                .limit(aliases.size() + 1) // should they go round in a circle
                .reduce((earlier, later) -> later)
                .orElse(host);
    }

    /**
     * A text in which every URL of the cluster leads to its loopback listener.
     *
     * @param namespace where a host name of one part is looked up
     */
    public String translate(String text, String namespace) {
        return URL.matcher(text).replaceAll(url -> {
            var host = clusterName(url.group("host"), namespace);
            var port = Objects.requireNonNullElse(url.group("port"), "");
            var target = target(host);
            var listener = Optional.ofNullable(listeners.get(target + port))
                    .or(() -> Optional.ofNullable(listeners.get(target)))
                    .or(() -> Optional.of(target) // that nothing has: its listener says so, where a look-up may hang
                            .filter(name ->
                                    CLUSTER_NAME.matcher(url.group("host")).matches())
                            .filter(name -> CLUSTER_NAME.matcher(name).matches() && !name.equals(API_SERVER))
                            .map(this::listen));
            var outside =
                    target.equals(host) ? url.group() : url.group().replace("://" + url.group("host"), "://" + target);
            return Matcher.quoteReplacement(listener.map(URI::toString).orElse(outside));
        });
    }

    private static URI loopback(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The loopback URI of a Destination. */
    public URI resolve(Destination destination) {
        return URI.create(translate(clusterUrl(destination).toString(), "default"));
    }

    /** The URL of a Destination in a cluster: an absolute URI, or a Service or Broker and a URI relative to it. */
    public static URI clusterUrl(Destination destination) {
        if (destination.getRef() == null) {
            return UriReference.parse(destination.getUri());
        }
        var base = clusterUrl(destination.getRef());
        if (destination.getUri() == null) {
            return base;
        }
        return UriReference.resolve(base, destination.getUri());
    }

    private static URI clusterUrl(KReference ref) {
        return ref.getKind().equals("Broker")
                ? brokerUrl(ref.getNamespace(), ref.getName())
                : URI.create("http://" + hostOf(ref.getNamespace(), ref.getName()));
    }

    public static URI brokerUrl(String namespace, String name) {
        return URI.create("http://%s/%s/%s".formatted(BROKER_INGRESS, namespace, name));
    }

    /** Within a cluster, {@code name.namespace} and {@code name.namespace.svc} reach the same, within a namespace also {@code name}. */
    private static String clusterName(String host, String namespace) {
        return switch (host.split("\\.").length) {
            case 1 -> hostOf(namespace, host);
            case 2 -> host + ".svc.cluster.local";
            case 3 -> host.endsWith(".svc") ? host + ".cluster.local" : host;
            default -> host;
        };
    }
}
