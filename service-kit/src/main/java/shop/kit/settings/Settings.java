package shop.kit.settings;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Settings that may change while the process runs: a mounted ConfigMap, one file for each key, read whenever it is asked
 * for. An edited ConfigMap reaches the file without a restart.
 */
@ApplicationScoped
public class Settings {
    private static final Logger LOG = Logger.getLogger(Settings.class);

    private final Optional<Path> directory;

    Settings(@ConfigProperty(name = "shop.settings") Optional<Path> directory) {
        this.directory = directory;
    }

    /** The ISO 8601 duration of this name; {@code otherwise} when there is none, or one that can't be read (logged). */
    public Duration duration(String name, Duration otherwise) {
        Optional<String> text = text(name);
        try {
            return text.map(Duration::parse).orElse(otherwise);
        } catch (DateTimeParseException e) {
            LOG.errorf(
                    "Setting %s is '%s', not an ISO 8601 duration such as PT15M; %s is used",
                    name, text.get(), otherwise);
            return otherwise;
        }
    }

    private Optional<String> text(String name) {
        return directory.map(parent -> parent.resolve(name)).flatMap(Settings::read);
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
