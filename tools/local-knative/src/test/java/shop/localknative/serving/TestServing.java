/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import static org.awaitility.Awaitility.await;

import io.fabric8.knative.serving.v1.Service;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import shop.localknative.TestSystem;
import shop.localknative.manifests.ManifestReader;
import shop.localknative.metrics.ProcessMetrics;
import shop.localknative.network.Addresses;
import shop.localknative.network.FrontDoor;
import shop.localknative.network.Loopback;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.Processes;
import shop.localknative.platform.TokenIssuer;
import shop.localknative.serving.revisions.Images;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.serving.revisions.Revision;
import shop.localknative.serving.revisions.ServingMetrics;
import shop.localknative.workload.Config;
import shop.localknative.workload.PodTemplate;
import shop.localknative.workload.Workload;

/** Services as processes, without the rest of local-knative. */
final class TestServing {
    private final Path directory;
    private final Vertx vertx = Vertx.vertx();
    private final Addresses addresses = new Addresses();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Images images;
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    final ServingMetrics metrics = new ServingMetrics(new ProcessMetrics(Duration.ofMillis(200)));
    final Serving serving;

    TestServing(Path directory) throws IOException {
        this(directory, true);
    }

    /** @param build the image anew, or take what an earlier one has built */
    TestServing(Path directory, boolean build) throws IOException {
        this.directory = directory;
        images = new Images(
                List.of(build ? TestSystem.images(directory.resolve("images")) : directory.resolve("images")),
                Map.of(),
                PrivateFile.directory(directory.resolve("copies")));
        var processes = new Processes(PrivateFile.directory(directory.resolve("run")));
        serving = new Serving(
                vertx,
                addresses,
                processes,
                PrivateFile.directory(directory.resolve("revisions")),
                new FrontDoor(),
                clock);
    }

    /**
     * A service {@code echo}.
     *
     * @param annotations of the template, without the group's name
     * @param spec more fields of the template's spec
     * @param container more fields of the container
     * @param env files by variable
     */
    record Echo(Map<String, String> annotations, List<String> spec, List<String> container, Map<String, Path> env) {
        Echo() {
            this(Map.of(), List.of(), List.of(), Map.of());
        }

        Echo annotated(String name, String value) {
            var more = new java.util.TreeMap<>(annotations);
            more.put(name, value);
            return new Echo(more, spec, container, env);
        }

        Echo with(String field) {
            return new Echo(annotations, plus(spec, field), container, env);
        }

        Echo withContainer(String field) {
            return new Echo(annotations, spec, plus(container, field), env);
        }

        Echo withEnv(String name, Path file) {
            var more = new java.util.TreeMap<>(env);
            more.put(name, file);
            return new Echo(annotations, spec, container, more);
        }

        private static List<String> plus(List<String> list, String item) {
            var more = new ArrayList<>(list);
            more.add(item);
            return more;
        }

        String yaml() {
            var lines = new StringBuilder("""
                    apiVersion: serving.knative.dev/v1
                    kind: Service
                    metadata: {name: echo}
                    spec:
                      template:
                        metadata:
                          annotations:
                            test/none: none
                    """);
            annotations.forEach((name, value) ->
                    lines.append("        autoscaling.knative.dev/%s: \"%s\"%n".formatted(name, value)));
            lines.append("    spec:\n");
            spec.forEach(field -> lines.append("      %s%n".formatted(field)));
            lines.append("      containers:\n        - image: test/echo\n");
            container.forEach(field -> lines.append("          %s%n".formatted(field)));
            lines.append("          env:\n            - {name: NOTHING, value: nothing}\n");
            env.forEach((name, file) -> lines.append("            - {name: %s, value: '%s'}%n".formatted(name, file)));
            return lines.toString();
        }
    }

    TestServing start(Echo echo) throws IOException {
        return start(echo.yaml());
    }

    TestServing start(String yaml) throws IOException {
        Files.createDirectories(directory.resolve("manifests"));
        Files.writeString(directory.resolve("manifests/echo.yaml"), yaml);
        var manifests = ManifestReader.read(directory.resolve("manifests"));
        var workload = Workload.of(manifests.of(Service.class).getFirst());
        var config = new Config(manifests);
        serving.apply(workload, images, config, (name, template) -> {
            var volumes = PrivateFile.directory(directory.resolve("volumes/" + name));
            var issuer = TokenIssuer.cluster(PrivateFile.directory(directory.resolve("keys")));
            var podTemplate = new PodTemplate(template, config, issuer, volumes);
            return new Revision(name, podTemplate, Map.of(), addresses, directory.resolve("echo.log"), metrics);
        });
        try {
            images.deleteAllBut(serving.release());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        serving.start();
        return this;
    }

    KnativeService echo() {
        return serving.services().iterator().next();
    }

    Instances instances() {
        return echo().latestReady();
    }

    /** Moves the clock, which the autoscaler and the pauses after crashes go by. */
    void pass(Duration time) {
        ahead = ahead.plus(time);
    }

    URI address() {
        return URI.create(addresses.translate("http://echo.default.svc.cluster.local", "default"));
    }

    CompletableFuture<HttpResponse<String>> get(String path) {
        return client.sendAsync(HttpRequest.newBuilder(address().resolve(path)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> getNow(String path) {
        return get(path).join();
    }

    HttpResponse<String> postNow(String path, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(address().resolve(path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Ends what has nothing to do, without the wait for its window. */
    void scaleToZero() {
        var soon = await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10));
        soon.until(() -> instances().concurrency() == 0);
        instances().tick(true); // sees what was done until now
        for (int halves = 0; halves < 3; halves++) { // max-scale-down-rate
            pass(Duration.ofMinutes(10));
            instances().tick(true);
        }
        soon.until(() -> instances().isIdle());
    }

    String metrics() {
        return metrics.text(serving.revisions());
    }

    /** Serves {@link #metrics}. */
    int metricsPort() {
        return Loopback.listen(
                vertx,
                0,
                request -> request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4")
                        .end(metrics()));
    }

    void close() throws Exception {
        client.shutdownNow();
        serving.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
