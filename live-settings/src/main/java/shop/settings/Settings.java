/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The values of the settings: a file for each key of a mounted ConfigMap, read at the start and then every second. An edited
 * ConfigMap reaches the files without a restart. What can't be taken changes nothing, but for a line in the log.
 */
@Singleton
public class Settings {
    private static final Logger LOG = Logger.getLogger(Settings.class);

    /** With the kubelet's own delay it is not the one that counts, and the few files cost microseconds. */
    private static final long PERIOD = Duration.ofSeconds(1).toMillis();

    private static final String REFUSED = "settings.refused";
    private static final String OTHERS = "unknown";

    private final Optional<Path> directory;
    private final Vertx vertx;
    private final Clock clock;
    private final MeterRegistry meters;
    private final LogLevels levels = new LogLevels();

    /** Replaced as a whole, in the order of their declaration. */
    private volatile Map<String, State<?>> states;

    private volatile Set<String> unknown = Set.of();
    private int failures;
    private long timer;

    Settings(
            @ConfigProperty(name = "shop.settings") Optional<Path> directory,
            DeclaredSettings declared,
            Vertx vertx,
            Clock clock,
            MeterRegistry meters) {
        this.directory = directory;
        this.vertx = vertx;
        this.clock = clock;
        this.meters = meters;
        Map<String, State<?>> initial = new LinkedHashMap<>();
        declared.all().forEach(setting -> initial.put(setting.name(), State.initial(setting, clock.instant())));
        states = initial;
        refresh();
        initial.keySet().forEach(name -> meter(name, () -> states.get(name).refused() ? 1 : 0));
        meter(OTHERS, () -> unknown.size());
    }

    /** The value that is in effect. */
    @SuppressWarnings("unchecked") // states has a setting's own state at its name
    public <T> T get(Setting<T> setting) {
        return (T) states.get(setting.name()).value();
    }

    public Collection<State<?>> states() {
        return states.values();
    }

    /** Keys of the ConfigMap that name no setting. */
    public Set<String> unknown() {
        return unknown;
    }

    /** On a virtual thread, since an event loop must not wait for a file. */
    void poll(@Observes StartupEvent started) {
        if (directory.isPresent()) {
            timer = vertx.setPeriodic(PERIOD, tick -> Thread.startVirtualThread(this::refresh));
        }
    }

    @PreDestroy
    void stop() {
        vertx.cancelTimer(timer);
        meters.find(REFUSED)
                .meters()
                .forEach(meters::remove); // else those of the next application in this JVM were these
    }

    synchronized void refresh() {
        Map<String, String> files;
        try {
            files = directory.isPresent() ? files(directory.get()) : Map.of();
            failures = 0;
        } catch (IOException | UncheckedIOException e) {
            if (++failures == 2) { // the first time they may be about to be replaced
                LOG.errorf("Settings can't be read, those of before stay: %s", e);
            }
            return;
        }
        Map<String, State<?>> next = new LinkedHashMap<>(states);
        next.replaceAll((name, state) ->
                Objects.equals(files.get(name), state.written()) ? state : changed(state, files.get(name)));
        states = next;
        levels.apply(get(LogLevels.SETTING));
        tellOfUnknown(files.keySet());
    }

    private <T> State<T> changed(State<T> before, String text) {
        State<T> after = before.with(text, clock.instant());
        String name = after.setting().name();
        if (after.refused()) {
            LOG.errorf(
                    "Setting %s must be %s; %s stays",
                    name, after.setting().kind().allowed(), after.printed());
        } else if (!after.value().equals(before.value())) {
            LOG.infof("Setting %s is %s, was %s", name, after.printed(), before.printed());
        }
        return after;
    }

    private void tellOfUnknown(Set<String> names) {
        Set<String> others = new TreeSet<>(names);
        others.removeAll(states.keySet());
        others.stream()
                .filter(name -> !unknown.contains(name))
                .forEach(name -> LOG.errorf("There is no setting %s; there are %s", name, states.keySet()));
        unknown = others;
    }

    /**
     * The texts of all files. Of a ConfigMap's, the kubelet replaces all at once by {@code ..data}, a link to a directory that
     * does not change any more (pkg/volume/util/atomic_writer.go). A directory in the place of a setting's file is empty, which no
     * setting may be; any other is none of ours, such as lost+found.
     */
    private Map<String, String> files(Path directory) throws IOException {
        Path data = directory.resolve("..data");
        Path latest = Files.exists(data) ? data.toRealPath() : directory;
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> entries = Files.list(latest)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (name.startsWith(".")) {
                    continue;
                }
                if (!Files.isDirectory(entry)) {
                    texts.put(name, new String(Files.readAllBytes(entry), UTF_8).strip());
                } else if (states.containsKey(name)) {
                    texts.put(name, "");
                }
            }
        }
        return texts;
    }

    private void meter(String setting, Supplier<Number> value) {
        Gauge.builder(REFUSED, value)
                .description("Settings whose file holds a value that can't be taken; the one of before is in effect")
                .tag("setting", setting)
                .register(meters);
    }
}
