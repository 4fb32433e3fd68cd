/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class PeriodTest {

    /** What rickb777/date/period answered, with which knative/eventing pkg/apis/duck/v1/delivery_types.go reads durations. */
    @ParameterizedTest
    @CsvFileSource(resources = "/knative/periods.csv", delimiter = '|')
    void durationIsReadAsKnativeReadsIt(String text, String millis) {
        assertEquals(
                millis,
                Period.parse(text).map(Duration::toMillis).map(String::valueOf).orElse("refused"));
    }
}
