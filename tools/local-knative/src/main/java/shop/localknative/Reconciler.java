/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.Fingerprint;
import shop.localknative.platform.Platform;
import shop.localknative.serving.Serving;
import shop.localknative.serving.revisions.Images;
import shop.localknative.serving.revisions.Revision;
import shop.localknative.serving.revisions.ServingMetrics;
import shop.localknative.serving.revisions.SinkBindings;
import shop.localknative.workload.Config;
import shop.localknative.workload.FlywayJob;
import shop.localknative.workload.GeneratedSecrets;
import shop.localknative.workload.PodTemplate;
import shop.localknative.workload.Workload;

/**
 * Makes the system match the manifests: at the start, and again when their files or the images have changed. One thread at a
 * time: the one that starts the system until {@link #follow}, the watcher from then on; {@link #problem} and {@link #manifests} are for all.
 */
final class Reconciler {
    /** A change is taken up when the files have been left alone for as long. */
    private static final Duration QUIET = Duration.ofMillis(500);

    /** The kinds that are not followed; a ContainerSource is, as a service. */
    private static final Set<String> EVENTING = Set.of("Broker", "Trigger", "PingSource", "SinkBinding");

    private final Options options;
    private final DataDirectory data;
    private final Platform platform;
    private final GeneratedSecrets secrets;
    private final Serving serving;
    private final Images images;
    private final SinkBindings bindings;
    private final Addresses addresses;
    private final ServingMetrics metrics;
    private final int port;
    private final Map<String, Revision> externals = new TreeMap<>();
    private final Set<List<HasMetadata>> migrated = ConcurrentHashMap.newKeySet();

    /** Of the operating system, as all that it waits for: a virtual one waits until other virtual ones have nothing to do. */
    private final Thread watcher = Thread.ofPlatform().daemon().name("watcher").unstarted(this::watch);

    private volatile Manifests manifests;
    private Collection<Path> files;
    private String applied;
    private volatile Optional<String> problem = Optional.empty();

    Reconciler(
            Options options,
            Manifests manifests,
            DataDirectory data,
            Platform platform,
            Serving serving,
            Addresses addresses,
            ServingMetrics metrics,
            int port) {
        this.options = options;
        this.manifests = manifests;
        this.files = manifests.files();
        this.data = data;
        this.platform = platform;
        this.secrets = new GeneratedSecrets(platform);
        this.serving = serving;
        this.images = new Images(options.images, options.processes, data.directory("images"));
        this.bindings = new SinkBindings(manifests.resources(SinkBinding.class));
        this.addresses = addresses;
        this.metrics = metrics;
        this.port = port;
    }

    /**
     * Applies the manifests the first time, as a whole.
     *
     * @throws StartException for what can't be run
     */
    void start() {
        applied = fingerprint();
        var config = config();
        services(manifests).forEach(service -> apply(service, config));
        for (Workload workload : Workload.services(manifests)) {
            if (options.external.containsKey(workload.name())) {
                serving.addExternal(workload, options.external.get(workload.name()));
                externals.put(workload.name(), revision(workload.name(), podTemplate(workload, config, "external")));
            }
        }
        serving.expose(manifests, options.external);
    }

    /** Starts to look for changes. */
    void follow() {
        watcher.start();
    }

    /** As they were read last. */
    Manifests manifests() {
        return manifests;
    }

    /** The mistake in the manifests as they are now; those from before it run on. */
    Optional<String> problem() {
        return problem;
    }

    private List<Workload> services(Manifests manifests) {
        return Workload.services(manifests).stream()
                .filter(workload -> !options.external.containsKey(workload.name()))
                .toList();
    }

    private Config config() {
        var config = new Config(manifests);
        secrets.addTo(config, Workload.all(manifests));
        return config;
    }

    private void apply(Workload workload, Config config) {
        serving.apply(
                workload, images, config, (name, template) -> revision(name, podTemplate(template, config, name)));
    }

    private PodTemplate podTemplate(Workload workload, Config config, String name) {
        return new PodTemplate(workload, config, platform.cluster(), data.directory("volumes", workload.name(), name));
    }

    private Revision revision(String name, PodTemplate podTemplate) {
        var workload = podTemplate.workload();
        var variables = new HashMap<>(bindings.environmentOf(workload.manifest()));
        if (options.traces.isPresent()) {
            variables.putAll(tracing(workload.name()));
        }
        variables.putAll(options.environment);
        var log = data.directory("logs").resolve(workload.name() + ".log");
        return new Revision(name, podTemplate, variables, addresses, log, metrics);
    }

    /** What OpenTelemetry's SDKs read, in any language: where spans go, and that nothing takes metrics and logs. */
    private Map<String, String> tracing(String service) {
        return Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + port,
                "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "OTEL_BSP_SCHEDULE_DELAY", "1000", // milliseconds
                "OTEL_SERVICE_NAME", service,
                "OTEL_METRICS_EXPORTER", "none",
                "OTEL_LOGS_EXPORTER", "none");
    }

    /** The environments that the processes of external services need, by name. */
    Map<String, Map<String, String>> externalEnvironments() {
        var environments = new TreeMap<String, Map<String, String>>();
        externals.forEach((name, revision) -> environments.put(
                name, revision.environment(options.external.get(name).getPort())));
        return environments;
    }

    /** Blocks until the databases are there and have their latest version. */
    void migrate() {
        var config = config();
        inParallel(secrets.databases().stream().map(name -> () -> platform.createDatabase(name)));
        inParallel(manifests.of(Job.class).stream().map(Workload::of).map(job -> () -> migrate(job, config)));
    }

    private void migrate(Workload job, Config config) {
        var inputs = inputs(job);
        if (!migrated.contains(inputs)) {
            Console.say(job.name(), new FlywayJob(podTemplate(job, config, "job")).run());
            migrated.add(inputs);
        }
    }

    /** A Job is run again when one of these has changed. */
    private List<HasMetadata> inputs(Workload job) {
        var inputs = new ArrayList<>(List.of(job.manifest().resource()));
        for (JsonNode name : job.manifest().values("T.volumes[].configMap.name")) {
            manifests.find(ConfigMap.class, job.namespace(), name.asText()).ifPresent(inputs::add);
        }
        return inputs;
    }

    private void watch() {
        var seen = applied;
        try {
            images.deleteAllBut(serving.release());
            while (true) {
                Thread.sleep(QUIET);
                try {
                    var now = fingerprint();
                    if (now.equals(seen) && !now.equals(applied)) {
                        applied = now;
                        reload();
                    }
                    seen = now;
                } catch (RuntimeException | Error e) { // Such as a directory that a build deletes just now.
                    seen = "unknown: " + e;
                }
            }
        } catch (InterruptedException closed) {
            // nothing is left to be followed
        }
    }

    private String fingerprint() {
        return Fingerprint.of(Stream.concat(
                        files.stream(),
                        services(manifests).stream().flatMap(workload -> images.files(workload).stream()))
                .toList());
    }

    private void reload() throws InterruptedException {
        var before = manifests;
        var read = new HashSet<Path>();
        try {
            manifests = options.read(read);
            var config = config();
            migrate();
            problem = Optional.empty();
            services(manifests).forEach(service -> update(service, config));
            serving.expose(manifests, options.external);
            for (Workload gone : services(before)) {
                if (services(manifests).stream()
                        .noneMatch(service -> service.name().equals(gone.name()))) {
                    serving.remove(gone.name());
                    Console.say(gone.name(), "is not in the manifests any more and was stopped");
                }
            }
            if (!eventing(before).equals(eventing(manifests))) {
                Console.say(
                        "manifests",
                        "what has changed of brokers, triggers, PingSources and SinkBindings takes effect at the next start");
            }
            images.deleteAllBut(serving.release());
        } catch (RuntimeException | Error e) {
            manifests = before;
            problem = Optional.of(told("manifests", e));
        }
        files = read;
    }

    /** One that is not understood keeps no other from being updated. */
    private void update(Workload service, Config config) {
        try {
            apply(service, config);
            serving.problem(service.name(), null);
        } catch (RuntimeException | Error e) {
            serving.problem(service.name(), told(service.name(), e));
        }
    }

    /** Also of faults: the next edit shall be followed all the same. */
    private static String told(String who, Throwable e) {
        var why = e instanceof StartException ? e.getMessage() : e.toString();
        Console.say(who, "what runs stays as it was: " + why);
        return why;
    }

    private static List<JsonNode> eventing(Manifests manifests) {
        return manifests.all().stream()
                .filter(manifest -> EVENTING.contains(manifest.kind()))
                .map(Manifest::tree)
                .toList();
    }

    private static void inParallel(Stream<Runnable> tasks) {
        try (var threads = Executors.newCachedThreadPool()) {
            CompletableFuture.allOf(tasks.map(task -> CompletableFuture.runAsync(task, threads))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartException cause ? cause : e;
        }
    }

    void close() throws InterruptedException {
        watcher.interrupt();
        watcher.join();
    }
}
