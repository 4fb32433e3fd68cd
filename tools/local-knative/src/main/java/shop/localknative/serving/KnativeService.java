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
import java.util.stream.Stream;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;
import shop.localknative.platform.Processes;
import shop.localknative.serving.requests.Route;
import shop.localknative.serving.revisions.Image;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.serving.revisions.Revision;
import shop.localknative.serving.revisions.RevisionStore;
import shop.localknative.workload.Config;
import shop.localknative.workload.PodTemplate;
import shop.localknative.workload.Workload;

/**
 * A Knative Service, or a Deployment or ContainerSource as a service that scales neither up nor down: its revisions, and
 * how its requests are shared among them. A new revision gets traffic once it has become ready; until then, whatever is
 * wrong with it, the earlier ones serve.
 *
 * <p>Its state is one snapshot, which everybody reads without a lock, event loops among them. The monitor is for those who
 * replace it: whoever follows the manifests, and the revision that becomes ready. Nobody waits while holding it.
 */
public final class KnativeService {
    /** Revisions that no request leads to, kept for a traffic that names one again; each has a copy of its image. */
    private static final int RETAINED = 5;

    /** @param revisions oldest first */
    private record State(Manifest manifest, List<Instances> revisions, Instances latestReady, Route route) {
        Instances latestCreated() {
            return revisions.getLast();
        }
    }

    private final RevisionStore store;
    private final Processes processes;
    private final InstantSource clock;
    private final Consumer<KnativeService> onRoute;
    private volatile State state;

    /** Of the latest edit. */
    private volatile Optional<String> problem = Optional.empty();

    private int generation;
    private boolean closed;

    /**
     * @param store has the revisions of earlier runs
     * @param onRoute is told of every new route, and must not wait
     * @throws StartException for a traffic that leads to unknown revisions
     */
    KnativeService(
            Workload workload,
            Image image,
            Revision.Factory factory,
            RevisionStore store,
            Processes processes,
            InstantSource clock,
            Consumer<KnativeService> onRoute) {
        this.store = store;
        this.processes = processes;
        this.clock = clock;
        this.onRoute = onRoute;
        var revisions = restored(workload, factory);
        if (revisions.isEmpty() || hasChanged(workload, image, revisions)) {
            revisions.add(create(workload, image, factory));
        }
        var latest = revisions.getLast();
        var route = Route.of(workload.manifest(), latest, revisions);
        state = new State(workload.manifest(), List.copyOf(revisions), latest, route);
        revisions.forEach(instances -> instances.reachable(route.reachable().contains(instances)));
        onRoute.accept(this);
    }

    /**
     * Whether the latest revision was made of another template or image.
     *
     * @throws StartException for another template under the name of a revision
     */
    private boolean hasChanged(Workload workload, Image image, List<Instances> revisions) {
        var latest = revisions.getLast();
        if (workload.template()
                .equals(latest.revision().podTemplate().workload().template())) {
            return !latest.image().equals(image);
        }
        // VerifyNameChange in serving's pkg/apis/serving/v1/revision_validation.go
        if (Route.find(Revision.name(workload, generation + 1), revisions).isPresent()) {
            var name = FieldPath.of("spec", "template", "metadata", "name");
            throw workload.manifest().problem("the template has changed, so it needs another name", name);
        }
        return true;
    }

    /** One that refers to what the manifests do not have any more is left alone. */
    private List<Instances> restored(Workload workload, Revision.Factory factory) {
        var revisions = new ArrayList<Instances>();
        for (var stored : store.of(workload)) {
            generation = stored.generation();
            try {
                var revision = factory.of(stored.name(), stored.workload());
                revisions.add(new Instances(revision, stored.image(), processes, clock));
            } catch (StartException gone) {
                // traffic that names it is told so
            }
        }
        return revisions;
    }

    /**
     * The service as it is now. When its template or its image have changed, that is a new revision.
     *
     * @param config for the revisions that there are
     * @param factory makes the revision of this name
     * @throws StartException for what is not understood; then nothing has changed
     */
    synchronized void update(Workload workload, Image image, Config config, Revision.Factory factory) {
        var before = state;
        var latest = before.latestCreated();
        if (hasChanged(workload, image, before.revisions)) {
            add(workload, create(workload, image, factory));
        } else {
            latest.revision().podTemplate().update(config);
            var next = Route.of(workload.manifest(), before.latestReady, before.revisions);
            state = new State(workload.manifest(), before.revisions, before.latestReady, before.route);
            if (latest == before.latestReady || !next.reachable().contains(latest)) {
                route(before.latestReady, next);
            }
        }
        before.revisions.stream()
                .filter(instances -> instances != state.latestCreated())
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
    void problem(String problem) {
        this.problem = Optional.ofNullable(problem);
    }

    private Instances create(Workload workload, Image image, Revision.Factory factory) {
        var name = Revision.name(workload, generation + 1);
        var revision = factory.of(name, workload);
        generation++;
        if (workload.service().isPresent()) {
            store.put(new RevisionStore.Stored(generation, name, workload, image));
        }
        return new Instances(revision, image, processes, clock);
    }

    private void add(Workload workload, Instances created) {
        var before = state;
        var revisions =
                Stream.concat(before.revisions.stream(), Stream.of(created)).toList();
        try {
            Route.of(workload.manifest(), before.latestReady, revisions);
        } catch (StartException e) {
            generation--;
            store.remove(workload, created.revision().name());
            created.stop();
            throw e;
        }
        state = new State(workload.manifest(), revisions, before.latestReady, before.route);
        if (before.latestCreated() != before.latestReady) {
            before.latestCreated().reachable(false);
        }
        rollOut(created);
    }

    private void rollOut(Instances candidate) {
        var names =
                List.of(candidate.revision().name(), latestReady().revision().name());
        Console.say(name(), "%s is starting; %s serves until it is ready".formatted(names.toArray()));
        candidate.startInitial(1);
        candidate.initiallyReady().thenRunAsync(() -> promote(candidate)); // not within its lock
    }

    private synchronized void promote(Instances candidate) {
        if (closed || candidate != state.latestCreated()) {
            return; // it was removed, or there is a later one already
        }
        try {
            route(candidate, Route.of(state.manifest, candidate, state.revisions));
            problem(null);
            Console.say(name(), candidate.revision().name() + " is ready and serves");
        } catch (StartException e) {
            problem(e.getMessage());
            Console.say(name(), e.getMessage());
        }
    }

    private void route(Instances ready, Route next) {
        state = new State(state.manifest, state.revisions, ready, next);
        var reachable = next.reachable();
        state.revisions.stream()
                .filter(instances -> instances != state.latestCreated() || instances == ready)
                .forEach(instances -> instances.reachable(reachable.contains(instances)));
        onRoute.accept(this);
    }

    /** Gives up the oldest revisions without traffic. Blocks until what is left of them has ended. */
    void release() throws InterruptedException {
        for (Instances old : forgetOldest()) {
            old.close();
            var revision = old.revision();
            if (Route.find(revision.name(), state.revisions).isEmpty()) {
                store.remove(revision.podTemplate().workload(), revision.name());
            }
        }
    }

    private synchronized List<Instances> forgetOldest() {
        var now = state;
        var reachable = now.route.reachable();
        var idle = now.revisions.stream()
                .filter(i -> i != now.latestCreated() && i != now.latestReady && !reachable.contains(i) && i.isIdle())
                .toList();
        var oldest = List.copyOf(idle.subList(0, Math.max(0, idle.size() - RETAINED)));
        var kept = now.revisions.stream().filter(i -> !oldest.contains(i)).toList();
        state = new State(now.manifest, kept, now.latestReady, now.route);
        return oldest;
    }

    public String name() {
        return manifest().name();
    }

    Manifest manifest() {
        return state.manifest;
    }

    /** Each has a host name of its own: {@code TAG-SERVICE.NAMESPACE…}. */
    Set<String> tags() {
        return state.route.tags().keySet();
    }

    /** The revision for one more request. */
    Instances any() {
        return state.route.any();
    }

    /** That of a tag; when it is not given any more, as without one. */
    Instances tagged(String tag) {
        var route = state.route;
        return Optional.ofNullable(route.tags().get(tag)).orElseGet(route::any);
    }

    /** Starts what shall be there without a request. */
    void startInitial() {
        state.route.reachable().forEach(instances -> instances.startInitial(0));
    }

    void tick(boolean decide) {
        revisions().forEach(instances -> instances.tick(decide));
    }

    /** All that are kept, oldest first. */
    List<Instances> revisions() {
        return state.revisions;
    }

    /** The latest that has become ready. */
    public Instances latestReady() {
        return state.latestReady;
    }

    /** The percentage of each revision that has instances or a share. */
    public Map<Instances, Integer> percentages() {
        var now = state;
        var percentages = new LinkedHashMap<Instances, Integer>();
        for (Instances instances : now.revisions) {
            int percent = now.route.shares().stream()
                    .filter(share -> share.instances() == instances)
                    .mapToInt(Route.Share::percent)
                    .sum();
            if (percent > 0 || !instances.pids().isEmpty() || instances == now.latestCreated()) {
                percentages.put(instances, percent);
            }
        }
        return percentages;
    }

    /** The reason why the latest edit does not serve. */
    public Optional<String> problem() {
        var now = state;
        var latest = now.latestCreated();
        var prefix = latest == now.latestReady ? "" : latest.revision().name() + " ";
        return problem.or(() -> latest.failure().map(why -> prefix + why));
    }

    /** Ends the changes of its route; what runs is still there. */
    synchronized void retire() {
        closed = true;
    }

    /** Stops all processes; does not wait for that. */
    void stop() {
        retire();
        revisions().forEach(Instances::stop);
    }

    /** Blocks until all processes have ended. */
    void close() throws InterruptedException {
        stop();
        for (Instances instances : revisions()) {
            instances.close();
        }
    }
}
