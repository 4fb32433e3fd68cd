/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Schedules that Knative's webhook takes or refuses (knative/eventing pkg/apis/sources/v1/ping_validation.go), and the times
 * that robfig/cron v3 finds for them (parser.go, spec.go): the table is what these answered.
 */
class CronScheduleTest {

    @ParameterizedTest
    @CsvFileSource(resources = "/knative/cron.csv", delimiter = '|', ignoreLeadingAndTrailingWhitespace = true)
    void scheduleIsReadAsKnativeReadsIt(String schedule, String timezone, String from, String times) {
        String given = schedule.isEmpty() ? "* * * * *" : schedule; // ping_defaults.go
        if (times.equals("refused")) {
            assertThrows(RuntimeException.class, () -> CronSchedule.parse(given, timezone));
        } else {
            assertEquals(times, times(CronSchedule.parse(given, timezone), Instant.parse(from)));
        }
    }

    private static String times(CronSchedule schedule, Instant from) {
        var times = new ArrayList<String>();
        Optional<ZonedDateTime> next = schedule.next(from);
        while (next.isPresent() && times.size() < 3) {
            times.add(next.get().toInstant().toString());
            next = schedule.next(next.get().toInstant());
        }
        return times.isEmpty() ? "never" : String.join(" ", times);
    }
}
