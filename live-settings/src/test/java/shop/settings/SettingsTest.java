/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files as the kubelet writes them, and what becomes of each of them. */
class SettingsTest {
    private static final Setting<Duration> PATIENCE = new Setting<>(
            "patience", new Kind.Period(Duration.ZERO, Duration.ofDays(1)), Duration.ofMinutes(1), "How long to wait");
    private static final Setting<Integer> MOST =
            new Setting<>("most", new Kind.WholeNumber(1, 9), 3, "How many to take");

    private static final Logger LOGGER = Logger.getLogger(Settings.class.getName());

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Lines lines = new Lines();

    @TempDir
    Path directory;

    @BeforeEach
    void listen() {
        LOGGER.addHandler(lines);
    }

    @AfterEach
    void listenNoMore() {
        LOGGER.removeHandler(lines);
    }

    /** Kubernetes 1.34, pkg/volume/util/atomic_writer.go: ..data is renamed over the earlier one, whose target is deleted. */
    @Test
    void allValuesOfAConfigMapChangeTogether() throws IOException {
        mount("..1", Map.of("patience", "PT1S", "most", "1"));
        Settings settings = settings();
        assertEquals(Duration.ofSeconds(1), settings.get(PATIENCE));
        assertEquals(1, settings.get(MOST));

        mount("..2", Map.of("patience", "PT2S\n"));
        settings.refresh();
        assertEquals(Duration.ofSeconds(2), settings.get(PATIENCE));
        assertEquals(3, settings.get(MOST));
    }

    @Test
    void directoryThatIsReplacedAtThisMomentChangesNothing() throws IOException {
        mount("..1", Map.of("most", "1"));
        Settings settings = settings();
        Files.delete(directory.resolve("..1/most"));
        Files.createSymbolicLink(directory.resolve("..1/most"), Path.of("gone"));
        settings.refresh();
        assertEquals(1, settings.get(MOST));
    }

    @Test
    void withoutADirectoryDefaultsAreInEffect() {
        Settings settings = settings(Optional.empty());
        settings.refresh();
        assertEquals(Duration.ofMinutes(1), settings.get(PATIENCE));
        assertEquals(3, settings.get(MOST));
        assertEquals(List.of(), lines.texts);
    }

    @Test
    void directoryThatIsNotThereIsToldOnceAndThenReadWhenItIs() throws IOException {
        Path later = directory.resolve("later");
        Settings settings = settings(Optional.of(later));
        settings.refresh();
        settings.refresh();
        assertEquals(3, settings.get(MOST));
        assertEquals(
                List.of("Settings can't be read, those of before stay: java.nio.file.NoSuchFileException: " + later),
                lines.texts);
        Files.createDirectory(later);
        Files.writeString(later.resolve("most"), "4");
        settings.refresh();
        assertEquals(4, settings.get(MOST));
    }

    /** RFC 3629: 0xff is in no text of UTF-8. A ConfigMap holds 1 MiB at most, binaryData among it. */
    @ParameterizedTest
    @MethodSource
    void fileWithoutAValueIsRefused(byte[] content) throws IOException {
        write("most", "5");
        Settings settings = settings();
        Files.write(directory.resolve("most"), content);
        settings.refresh();
        settings.refresh();
        assertEquals(5, settings.get(MOST));
        assertEquals(1.0, refused("most"));
        assertEquals(2, lines.texts.size(), lines.texts::toString);
    }

    static Stream<byte[]> fileWithoutAValueIsRefused() {
        return Stream.of(
                new byte[0], "\r\n".getBytes(), new byte[] {'6', (byte) 0xff}, new byte[1 << 20], "6\n7".getBytes());
    }

    @Test
    void directoryInPlaceOfAFileIsRefused() throws IOException {
        write("most", "5");
        Settings settings = settings();
        Files.delete(directory.resolve("most"));
        Files.createDirectory(directory.resolve("most"));
        Files.createDirectory(directory.resolve("lost+found"));
        settings.refresh();
        assertEquals(5, settings.get(MOST));
        assertEquals(1.0, refused("most"));
        assertEquals(Set.of(), settings.unknown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"6\n", "6\r\n", "\t6 "})
    void spaceAroundAValueDoesNotMatter(String text) throws IOException {
        write("most", text);
        assertEquals(6, settings().get(MOST));
    }

    @Test
    void refusedValueLeavesTheLastGoodOneAndAfterARestartTheDefault() throws IOException {
        write("most", "5");
        Settings settings = settings();
        write("most", "10");
        settings.refresh();
        assertEquals(5, settings.get(MOST));
        assertEquals(1.0, refused("most"));
        State<?> state = state(settings);
        assertTrue(state.refused());
        assertEquals("10", state.lastRefused().value());

        assertEquals(3, settings().get(MOST));

        write("most", "6");
        settings.refresh();
        assertEquals(6, settings.get(MOST));
        assertEquals(0.0, refused("most"));
        assertEquals("10", state(settings).lastRefused().value());
        assertFalse(state(settings).refused());
    }

    @Test
    void changeIsLoggedOnceAndNotAtEachLook() throws IOException {
        Settings settings = settings();
        for (String text : List.of("5", "10", " 10 ", "5")) {
            write("most", text);
            settings.refresh();
            settings.refresh();
        }
        assertEquals(
                List.of("Setting most is 5, was 3", "Setting most must be a whole number from 1 to 9; 5 stays"),
                lines.texts);
    }

    @Test
    void fileThatNamesNoSettingIsTold() throws IOException {
        Settings settings = settings();
        write("mots", "5");
        settings.refresh();
        settings.refresh();
        assertEquals(Set.of("mots"), settings.unknown());
        assertEquals(1.0, refused("unknown"));
        assertEquals(List.of("There is no setting mots; there are [patience, most, log-levels]"), lines.texts);
    }

    @Test
    void logLevelsAreThoseOfTheFileAndThenThoseOfTheStartAgain() throws IOException {
        Logger quiet = Logger.getLogger("shop.quiet");
        quiet.setLevel(Level.OFF);
        Settings settings = settings();
        write("log-levels", "shop.quiet=DEBUG, shop.loud=ERROR");
        settings.refresh();
        assertEquals("DEBUG", quiet.getLevel().getName());
        assertEquals("ERROR", Logger.getLogger("shop.loud").getLevel().getName());
        write("log-levels", "shop.loud=WARN");
        settings.refresh();
        assertEquals(Level.OFF, quiet.getLevel());
        assertEquals("WARN", Logger.getLogger("shop.loud").getLevel().getName());
        Files.delete(directory.resolve("log-levels"));
        settings.refresh();
        assertNull(Logger.getLogger("shop.loud").getLevel());
    }

    private Settings settings() {
        return settings(Optional.of(directory));
    }

    private Settings settings(Optional<Path> from) {
        return new Settings(from, () -> List.of(PATIENCE, MOST), null, Clock.systemUTC(), meters);
    }

    private State<?> state(Settings settings) {
        return settings.states().stream()
                .filter(state -> state.setting() == MOST)
                .findFirst()
                .orElseThrow();
    }

    private double refused(String setting) {
        return meters.get("settings.refused").tag("setting", setting).gauge().value();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private void mount(String version, Map<String, String> files) throws IOException {
        Path set = Files.createDirectory(directory.resolve(version));
        for (var file : files.entrySet()) {
            Files.writeString(set.resolve(file.getKey()), file.getValue());
        }
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of(version));
        Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What is logged. */
    private static final class Lines extends Handler {
        private final List<String> texts = new ArrayList<>();

        @Override
        public void publish(LogRecord line) {
            texts.add(new PatternFormatter("%s").formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
