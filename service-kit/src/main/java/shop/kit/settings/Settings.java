/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.settings;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Settings that may change while the process runs: a mounted ConfigMap with a file for each key, which is read at each
 * question. An edited ConfigMap reaches the file without a restart.
 */
@ApplicationScoped
public class Settings {
    private static final Logger LOG = Logger.getLogger(Settings.class);

    private static final Duration LONGEST = Duration.ofDays(365);

    private final Optional<Path> directory;

    Settings(@ConfigProperty(name = "shop.settings") Optional<Path> directory) {
        this.directory = directory;
    }

    /**
     * The setting of this name, an ISO 8601 duration up to a year; {@code otherwise} if it is missing or, which is logged, not
     * such a duration.
     */
    public Duration duration(String name, Duration otherwise) {
        return directory
                .map(parent -> parent.resolve(name))
                .filter(Files::exists)
                .map(file -> read(file, otherwise))
                .orElse(otherwise);
    }

    private static Duration read(Path file, Duration otherwise) {
        try {
            Duration duration = Duration.parse(Files.readString(file).strip());
            if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (IOException | DateTimeParseException e) {
            LOG.debug("What was read", e);
        }
        LOG.errorf(
                "Setting %s must be an ISO 8601 duration up to a year, such as PT15M; %s is used",
                file.getFileName(), otherwise);
        return otherwise;
    }
}
