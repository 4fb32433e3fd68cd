/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import shop.localknative.console.StartException;

/** A Job with Flyway's image: the migration runs in this process, with the library that the image contains. */
public record FlywayJob(PodTemplate podTemplate) {
    /** The settings that mean the same in the library; the others are of the command line or of its paid editions. */
    private static final Set<String> SETTINGS = Set.of(("URL USER PASSWORD LOCATIONS SCHEMAS DEFAULT_SCHEMA TABLE "
                    + "CONNECT_RETRIES BASELINE_ON_MIGRATE BASELINE_VERSION OUT_OF_ORDER VALIDATE_MIGRATION_NAMING")
            .split(" "));

    private static final String FILES = "filesystem:";

    /** Blocks until the database has its latest version, and says what was done. */
    public String run() {
        try (podTemplate) {
            var result = Flyway.configure().configuration(settings()).load().migrate();
            return result.migrationsExecuted == 0
                    ? "up to date"
                    : "%d migrations, now at version %s"
                            .formatted(result.migrationsExecuted, result.targetSchemaVersion);
        } catch (FlywayException e) {
            throw new StartException(
                    "Job %s failed: %s".formatted(podTemplate.workload().name(), e.getMessage()), e);
        }
    }

    private Map<String, String> settings() {
        var settings = new HashMap<String, String>();
        settings.put("flyway.locations", FILES + "/flyway/sql");
        settings.put("flyway.failOnMissingLocations", "true");
        podTemplate.environment().forEach((name, value) -> {
            if (name.startsWith("FLYWAY_")) {
                settings.put("flyway." + setting(name.substring("FLYWAY_".length())), value);
            }
        });
        settings.computeIfPresent("flyway.locations", (name, locations) -> onThisMachine(locations));
        return settings;
    }

    /** CONNECT_RETRIES is connectRetries. */
    private String setting(String name) {
        if (!SETTINGS.contains(name)) {
            var message = "FLYWAY_%s is not a setting that is passed on; these are: %s"
                    .formatted(name, new TreeSet<>(SETTINGS));
            throw podTemplate.workload().manifest().problem(message, Workload.field("env"));
        }
        return Pattern.compile("_(.)")
                .matcher(name.toLowerCase(Locale.ROOT))
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }

    /** A location that is mounted is a directory of this machine. */
    private String onThisMachine(String locations) {
        var paths = podTemplate.onThisMachine(podTemplate.instanceDirectory("job"));
        return Arrays.stream(locations.split(","))
                .map(location ->
                        location.startsWith(FILES) ? FILES + paths.apply(location.substring(FILES.length())) : location)
                .collect(Collectors.joining(","));
    }
}
