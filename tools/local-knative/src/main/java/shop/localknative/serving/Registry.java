/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import io.fabric8.knative.eventing.v1.Broker;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import shop.localknative.eventing.Catalogue;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;
import shop.localknative.serving.revisions.Instance;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.serving.revisions.SinkBindings;

/**
 * The services and brokers of the manifests: where each is, how it is, and which events it takes and gives. Nothing of an
 * environment or a log is shown, so nothing secret.
 *
 * @param manifests as they are now
 * @param outside where services are that someone else runs, by name
 */
public record Registry(Supplier<Manifests> manifests, Serving serving, Map<String, URI> outside) {
    /**
     * All entries by name, each with the same fields; of those with one name, Services are the first.
     *
     * @param door the port of the front door
     */
    List<JsonObject> entries(int door) {
        var now = manifests.get();
        return Stream.of(
                        Service.class,
                        io.fabric8.kubernetes.api.model.Service.class,
                        Deployment.class,
                        ContainerSource.class,
                        Broker.class)
                .flatMap(kind -> now.of(kind).stream())
                .sorted(Comparator.comparing(Manifest::name))
                .map(manifest -> entry(manifest, now, door))
                .toList();
    }

    private JsonObject entry(Manifest manifest, Manifests now, int door) {
        var service = serving.service(workload(manifest, now).name());
        var core = manifest.resource() instanceof io.fabric8.kubernetes.api.model.Service s ? s.getSpec() : null;
        var revisions = service.map(KnativeService::percentages).orElse(Map.of());
        var catalogue = new Catalogue(now);
        return new JsonObject()
                .put("name", manifest.name())
                .put("namespace", manifest.namespace())
                .put("kind", manifest.kind())
                .put("apiVersion", manifest.resource().getApiVersion())
                .put("address", address(manifest, core).orElse(null))
                .put("publicAddress", publicAddress(manifest, core, door).orElse(null))
                .put("external", external(manifest, core).orElse(null))
                .put("health", health(manifest, service).orElse(null))
                .put(
                        "problem",
                        service.flatMap(KnativeService::problem)
                                .flatMap(why -> why.lines().findFirst())
                                .orElse(null))
                .put("revisions", array(revisions.entrySet().stream().map(r -> revision(r.getKey(), r.getValue()))))
                .put(
                        "instances",
                        array(revisions.keySet().stream()
                                .flatMap(r -> r.instances().stream().map(i -> instance(r, i)))))
                .put("receives", new JsonArray(catalogue.receivedBy(manifest)))
                .put("publishes", new JsonArray(catalogue.publishedBy(manifest)))
                .put("sink", sink(manifest, now).orElse(null));
    }

    private static Optional<String> health(Manifest manifest, Optional<KnativeService> service) {
        return manifest.resource() instanceof Broker
                ? Optional.of("ready") // as long as this process runs
                : service.map(running -> word(running.latestReady().state()));
    }

    private static Optional<String> sink(Manifest manifest, Manifests now) {
        return Optional.ofNullable(new SinkBindings(now.resources(SinkBinding.class))
                        .environmentOf(manifest)
                        .get("K_SINK"))
                .map(url -> url.replaceFirst("//[^/]*@", "//")); // a password
    }

    /** What runs for it: a Service of Kubernetes itself is answered by the Deployment that it selects. */
    private static Manifest workload(Manifest manifest, Manifests now) {
        return manifest.resource() instanceof io.fabric8.kubernetes.api.model.Service
                ? now.deploymentsOf(manifest).stream().findFirst().orElse(manifest)
                : manifest;
    }

    private static Optional<String> address(Manifest manifest, ServiceSpec core) {
        var host = "http://" + Addresses.hostOf(manifest.namespace(), manifest.name());
        return switch (manifest.resource()) {
            case Service _ -> Optional.of(host);
            case Broker _ ->
                Optional.of(Addresses.brokerUrl(manifest.namespace(), manifest.name())
                        .toString());
            default -> Optional.ofNullable(core).map(spec -> host + port(spec));
        };
    }

    private static String port(ServiceSpec core) {
        return core.getPorts().stream()
                .findFirst()
                .map(port -> ":" + port.getPort())
                .orElse("");
    }

    private static Optional<String> publicAddress(Manifest manifest, ServiceSpec core, int door) {
        return manifest.resource() instanceof Service || core != null
                ? Addresses.publicHostOf(manifest).map(host -> "http://%s:%d".formatted(host, door))
                : Optional.empty();
    }

    private Optional<String> external(Manifest manifest, ServiceSpec core) {
        return Optional.ofNullable(outside.get(manifest.name()))
                .map(URI::toString)
                .or(() -> Optional.ofNullable(core)
                        .filter(spec -> spec.getExternalName() != null)
                        .map(spec -> spec.getExternalName() + port(spec)));
    }

    private static JsonObject revision(Instances revision, int percent) {
        return new JsonObject()
                .put("name", revision.revision().name())
                .put("percent", percent)
                .put("state", word(revision.state()))
                .put("requests", revision.concurrency());
    }

    private static JsonObject instance(Instances revision, Instance.Status instance) {
        return new JsonObject()
                .put("revision", revision.revision().name())
                .put("address", "127.0.0.1:" + instance.port())
                .put("pid", instance.pid())
                .put("state", word(instance.state()))
                .put("readySince", instance.readySince())
                .put("requests", instance.requests());
    }

    private static JsonArray array(Stream<JsonObject> objects) {
        return new JsonArray(objects.toList());
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase();
    }
}
