/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;
import shop.localknative.platform.Processes;
import shop.localknative.serving.requests.Route;
import shop.localknative.serving.revisions.Image;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.serving.revisions.Revision;
import shop.localknative.workload.Config;
import shop.localknative.workload.PodTemplate;
import shop.localknative.workload.Workload;

/**
 * A Knative Service: its revisions, and how its requests are shared among them. A new revision gets traffic once it has
 * become ready; until then, whatever is wrong with it, the earlier ones serve.
 */
public final class KnativeService {
    private final Processes processes;
    private final InstantSource clock;
    private final Consumer<KnativeService> onRoute;
    private final List<Instances> revisions = new ArrayList<>();
    private volatile Manifest manifest;
    private Instances latestCreated;
    private Instances latestReady;
    private int generation;
    private volatile Route route;
    private Optional<String> problem = Optional.empty();

    /**
     * @param onRoute is told of every new route
     * @throws StartException for a traffic that leads to unknown revisions
     */
    KnativeService(
            Workload workload,
            Image image,
            Function<String, Revision> factory,
            Processes processes,
            InstantSource clock,
            Consumer<KnativeService> onRoute) {
        this.processes = processes;
        this.clock = clock;
        this.onRoute = onRoute;
        this.manifest = workload.manifest();
        latestReady = create(workload, image, factory);
        route(routeOf(manifest));
    }

    /**
     * The service as it is now. When its template or its image have changed, that is a new revision.
     *
     * @param config for the revisions that there are
     * @param factory makes the revision of this name
     * @throws StartException for what is not understood; then nothing has changed
     */
    synchronized void update(Workload workload, Image image, Config config, Function<String, Revision> factory) {
        var latest = latestCreated.revision();
        boolean sameTemplate = Revision.template(workload)
                .equals(Revision.template(latest.podTemplate().workload()));
        if (!sameTemplate
                && Route.find(Revision.name(workload, generation + 1), revisions)
                        .isPresent()) {
            throw workload.manifest()
                    .problem(
                            "the template has changed, so it needs another name",
                            "spec",
                            "template",
                            "metadata",
                            "name");
        }
        if (!sameTemplate || !latestCreated.image().equals(image)) {
            var earlier = latestCreated;
            create(workload, image, factory);
            try {
                routeOf(workload.manifest());
            } catch (StartException e) {
                forget(latestCreated, earlier);
                throw e;
            }
            manifest = workload.manifest();
            if (earlier != latestReady) {
                earlier.reachable(false);
            }
            rollOut(latestCreated);
        } else {
            latest.podTemplate().update(config);
            var next = routeOf(workload.manifest());
            manifest = workload.manifest();
            if (latestCreated == latestReady || !next.reachable().contains(latestCreated)) {
                route(next);
            }
        }
        revisions.stream()
                .filter(instances -> instances != latestCreated)
                .forEach(instances -> updateEarlier(instances.revision().podTemplate(), config));
    }

    /** It may refer to what the manifests do not have any more, and then keeps what it had. */
    private static void updateEarlier(PodTemplate podTemplate, Config config) {
        try {
            podTemplate.update(config);
        } catch (StartException gone) {
            // nobody has to do anything about that
        }
    }

    /** Sets the problem of the latest edit; null for none. */
    synchronized void problem(String problem) {
        this.problem = Optional.ofNullable(problem);
    }

    private Instances create(Workload workload, Image image, Function<String, Revision> factory) {
        generation++;
        var instances = new Instances(factory.apply(Revision.name(workload, generation)), image, processes, clock);
        revisions.add(instances);
        latestCreated = instances;
        return instances;
    }

    private void forget(Instances created, Instances earlier) {
        revisions.remove(created);
        latestCreated = earlier;
        generation--;
    }

    private void rollOut(Instances candidate) {
        Console.say(
                name(),
                "%s is starting; %s serves until it is ready"
                        .formatted(
                                candidate.revision().name(),
                                latestReady.revision().name()));
        var scaling = candidate.revision().scaling();
        candidate.startInitial(Math.max(1, Math.max(scaling.minScale(), scaling.initialScale())));
        candidate.initiallyReady().thenRunAsync(() -> promote(candidate)); // not within its lock
    }

    private synchronized void promote(Instances candidate) {
        if (candidate != latestCreated) {
            return; // there is a later one already
        }
        var earlier = latestReady;
        latestReady = candidate;
        try {
            route(routeOf(manifest));
            problem = Optional.empty();
            Console.say(
                    name(),
                    "%s is ready and serves".formatted(candidate.revision().name()));
        } catch (StartException e) {
            latestReady = earlier;
            problem = Optional.of(e.getMessage());
            Console.say(name(), e.getMessage());
        }
    }

    private Route routeOf(Manifest service) {
        return Route.of(service, latestReady, revisions);
    }

    private void route(Route next) {
        route = next;
        var reachable = next.reachable();
        revisions.stream()
                .filter(instances -> instances != latestCreated || instances == latestReady)
                .forEach(instances -> instances.reachable(reachable.contains(instances)));
        onRoute.accept(this);
    }

    public String name() {
        return manifest.name();
    }

    Manifest manifest() {
        return manifest;
    }

    /** Each has a host name of its own: {@code TAG-SERVICE.NAMESPACE…}. */
    Set<String> tags() {
        return route.tags().keySet();
    }

    /** The revision for one more request. */
    Instances any() {
        return route.any();
    }

    /** That of a tag; when it is not given any more, as without one. */
    Instances tagged(String tag) {
        return Optional.ofNullable(route.tags().get(tag)).orElseGet(route::any);
    }

    /** Starts what shall be there without a request. */
    void startInitial() {
        route.reachable().forEach(instances -> {
            var scaling = instances.revision().scaling();
            instances.startInitial(Math.max(scaling.minScale(), scaling.initialScale()));
        });
    }

    void tick(boolean decide) {
        all().forEach(instances -> instances.tick(decide));
    }

    synchronized List<Instances> all() {
        return List.copyOf(revisions);
    }

    /** The latest that has become ready. */
    public synchronized Instances latestReady() {
        return latestReady;
    }

    /** The percentage of each revision that has instances or a share. */
    public synchronized Map<Instances, Integer> percentages() {
        var percentages = new LinkedHashMap<Instances, Integer>();
        for (Instances instances : revisions) {
            int percent = route.shares().stream()
                    .filter(share -> share.instances() == instances)
                    .mapToInt(Route.Share::percent)
                    .sum();
            if (percent > 0 || !instances.pids().isEmpty() || instances == latestCreated) {
                percentages.put(instances, percent);
            }
        }
        return percentages;
    }

    /** The reason why the latest edit does not serve. */
    public synchronized Optional<String> problem() {
        return problem.or(() -> latestCreated
                .failure()
                .map(why -> latestCreated == latestReady
                        ? why
                        : "%s %s".formatted(latestCreated.revision().name(), why)));
    }

    void close() throws InterruptedException {
        for (Instances instances : all()) {
            instances.close();
        }
    }
}
