/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The alarms of k8s/monitoring/alarms.yaml, as rules that Prometheus evaluates. */
class AlarmsTest {
    private static final Path GENERATED = Manifests.ROOT.resolve("src-native-tests/target/monitoring");

    @TempDir
    Path directory;

    @BeforeEach
    void copiesGoThere() throws IOException {
        Files.createDirectories(GENERATED.resolve("tests"));
    }

    @Test
    void theRulesAreThoseOfTheTable() throws IOException {
        Map<String, String> files = generated();
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(GENERATED.resolve(file.getKey()), file.getValue());
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path committed = Manifests.ROOT.resolve(AlarmTable.FOLDER).resolve(file.getKey());
            assertEquals(
                    file.getValue(),
                    Files.exists(committed) ? Files.readString(committed) : "",
                    "cp -r %s/. %s".formatted(Manifests.ROOT.relativize(GENERATED), AlarmTable.FOLDER));
        }
    }

    private static Map<String, String> generated() {
        AlarmTable table = AlarmTable.read();
        Map<String, String> files = new LinkedHashMap<>();
        files.put("rules.yaml", AlarmTable.yaml(table.rules()));
        files.put("prometheus-rule.yaml", AlarmTable.yaml(table.prometheusRule()));
        table.alarmsByPeriod()
                .keySet()
                .forEach(period -> files.put(
                        "tests/alarms-%s.yaml".formatted(PromQl.duration(period)),
                        AlarmTable.yaml(AlarmCases.of(table, period, "../rules.yaml"))));
        files.put("tests/objectives.yaml", AlarmTable.yaml(AlarmCases.ofObjectives(table, "../rules.yaml")));
        return files;
    }

    @Test
    void thereAreNoOtherFilesOfTests() throws IOException {
        try (Stream<Path> files =
                Files.list(Manifests.ROOT.resolve(AlarmTable.FOLDER).resolve("tests"))) {
            assertEquals(
                    generated().keySet().stream()
                            .filter(name -> name.startsWith("tests/"))
                            .sorted()
                            .toList(),
                    files.map(file -> "tests/" + file.getFileName()).sorted().toList());
        }
    }

    @Test
    void everyCaseOfEveryAlarmHolds() throws IOException {
        promtool("check", "rules", "rules.yaml");
        try (Stream<Path> files =
                Files.list(Manifests.ROOT.resolve(AlarmTable.FOLDER).resolve("tests"))) {
            files.sorted().forEach(file -> promtool("test", "rules", "tests/" + file.getFileName()));
        }
    }

    /** One row of the tables in "Configuring how CloudWatch alarms treat missing data", for 3 evaluation periods. */
    private record Row(
            int datapointsToAlarm,
            String datapoints,
            String missing,
            String ignore,
            String breaching,
            String notBreaching) {
        String state(Alarm.MissingData treatment) {
            return switch (treatment) {
                case missing -> missing;
                case ignore -> ignore;
                case breaching -> breaching;
                case notBreaching -> notBreaching;
            };
        }
    }

    private static final String RETAIN = "retain current state";

    private static final List<Row> ROWS = List.of(
            new Row(3, "0 - X - X", "OK", "OK", "OK", "OK"),
            new Row(3, "0 - - - -", "OK", "OK", "OK", "OK"),
            new Row(3, "- - - - -", "INSUFFICIENT_DATA", RETAIN, "ALARM", "OK"),
            new Row(3, "0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
            new Row(3, "- - X - -", "ALARM", RETAIN, "ALARM", "OK"),
            new Row(2, "0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
            new Row(2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"),
            new Row(2, "0 - X - -", "OK", "OK", "ALARM", "OK"),
            new Row(2, "- - - - 0", "OK", "OK", "ALARM", "OK"),
            new Row(2, "- - - X -", "ALARM", RETAIN, "ALARM", "OK"));

    @ParameterizedTest
    @EnumSource
    void missingDataIsTreatedAsCloudWatchDocumentsIt(Alarm.MissingData treatment) throws IOException {
        List<Alarm> alarms = List.of(example("TwoOfThree", 2, treatment), example("ThreeOfThree", 3, treatment));
        AlarmTable table = new AlarmTable(alarms, List.of(), BigDecimal.ONE);
        List<AlarmCases.Case> cases = new ArrayList<>();
        for (Row row : ROWS) {
            Alarm alarm = alarms.get(row.datapointsToAlarm() - 2);
            // Before the five that are looked at: all well, or an alarm.
            for (String before : List.of("0 0 0 0 0 ", "X X X X X ")) {
                String state = row.state(treatment);
                boolean on = state.equals("ALARM") || state.equals(RETAIN) && before.startsWith("X");
                cases.add(AlarmCases.of(table, alarm, before + row.datapoints(), on));
            }
        }
        holds(table, cases);
    }

    /** "Avoiding premature transitions to alarm state", same page. */
    @Test
    void anAlarmIsNotPremature() throws IOException {
        Alarm alarm = example("ThreeOfThree", 3, Alarm.MissingData.missing);
        AlarmTable table = new AlarmTable(List.of(alarm), List.of(), BigDecimal.ONE);
        holds(
                table,
                List.of(
                        AlarmCases.of(table, alarm, "- - - - X", false),
                        AlarmCases.of(table, alarm, "- - - X -", false),
                        AlarmCases.of(table, alarm, "- - X - -", true)));
    }

    /** increase() takes the first value of a series for a start, not for an event. */
    @Test
    void theFirstEventOfAProcessCounts() throws IOException {
        Alarm alarm = AlarmTable.read().alarms().getFirst();
        AlarmTable table = new AlarmTable(List.of(alarm), List.of(), BigDecimal.ONE);
        holds(table, List.of(AlarmCases.of(table, alarm, "- - X", true)));
    }

    /** Nobody counts any when Prometheus begins; the schedule sends the first one within a minute. */
    @Test
    void heartbeatsHaveThreeMinutesToBegin() throws IOException {
        Alarm alarm = AlarmTable.read().alarms().stream()
                .filter(one -> one.name().equals("HeartbeatMissing"))
                .findFirst()
                .orElseThrow();
        AlarmTable table = new AlarmTable(List.of(alarm), List.of(), BigDecimal.ONE);
        holds(
                table,
                List.of(
                        AlarmCases.of(table, alarm, "- -", false),
                        AlarmCases.of(table, alarm, "- - 0", false),
                        AlarmCases.of(table, alarm, "- - -", true)));
    }

    @Test
    void shorterPeriodsMakeTheSameRules() throws IOException {
        AlarmTable table = AlarmTable.read().shortened(20);
        Files.writeString(directory.resolve("rules.yaml"), AlarmTable.yaml(table.rules()));
        for (BigDecimal period : table.alarmsByPeriod().keySet()) {
            Files.writeString(
                    directory.resolve("tests.yaml"), AlarmTable.yaml(AlarmCases.of(table, period, "rules.yaml")));
            promtool(directory, "test", "rules", "tests.yaml");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void anAlarmThatCouldNeverBeOnIsRefused(int datapointsToAlarm) {
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> example("Never", datapointsToAlarm, Alarm.MissingData.missing))
                .getMessage()
                .startsWith("alarm Never, datapointsToAlarm: must"));
    }

    private static Alarm example(String name, int datapointsToAlarm, Alarm.MissingData treatment) {
        return new Alarm(
                name,
                "It is too hot",
                "Open a window.",
                "temperature_" + name,
                null,
                null,
                "Maximum",
                Alarm.Comparison.GreaterThanThreshold,
                BigDecimal.valueOf(30),
                BigDecimal.valueOf(60),
                3,
                datapointsToAlarm,
                treatment,
                Alarm.Severity.warning,
                Alarm.Action.mail);
    }

    private void holds(AlarmTable table, List<AlarmCases.Case> cases) throws IOException {
        Files.writeString(directory.resolve("rules.yaml"), AlarmTable.yaml(table.rules()));
        Files.writeString(
                directory.resolve("tests.yaml"),
                AlarmTable.yaml(AlarmCases.file(BigDecimal.valueOf(60), "rules.yaml", cases.stream())));
        promtool(directory, "test", "rules", "tests.yaml");
    }

    private static void promtool(String... arguments) {
        promtool(Manifests.ROOT.resolve(AlarmTable.FOLDER), arguments);
    }

    private static void promtool(Path directory, String... arguments) {
        assumeTrue(Commands.find("promtool").isPresent(), "no promtool on the PATH (Debian: apt install prometheus)");
        String[] command =
                Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toArray(String[]::new);
        assertTrue(Commands.succeeds(directory, command), String.join(" ", command) + " fails: see above");
    }
}
