/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.SpanContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context Level 2; the cases are those of its own test suite (w3c/trace-context, test/test.py), and some more. */
class TraceContextTest {
    private static final String IDS = "12345678901234567890123456789012-1234567890123456";
    private static final String PARENT = "00-" + IDS + "-01";

    /** 3.2.2 and 3.2.4: flags that are not known become zero, higher versions become 00. */
    @ParameterizedTest
    @CsvSource({
        "00-IDS-01, 01",
        "00-IDS-00, 00",
        "00-IDS-02, 02",
        "00-IDS-ff, 03",
        "' 00-IDS-01\t', 01",
        "cc-IDS-01, 01",
        "cc-IDS-01-what-the-future-will-be-like, 01"
    })
    void traceparentIsPassedOn(String received, String flags) {
        assertEquals(
                Map.of("traceparent", "00-" + IDS + "-" + flags),
                written(TraceContext.read(List.of(received.replace("IDS", IDS)), List.of())));
    }

    /** 3.2.2 and 3.2.4. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-12345678901234567890123456789012-1234567890123456-01",
                ".0-12345678901234567890123456789012-1234567890123456-01",
                "000-12345678901234567890123456789012-1234567890123456-01",
                "0-12345678901234567890123456789012-1234567890123456-01",
                "00-00000000000000000000000000000000-1234567890123456-01",
                "00-12345678901234567890123456789012-0000000000000000-01",
                "00-1234567890123456789012345678901A-1234567890123456-01",
                "00-123456789012345678901234567890123-1234567890123456-01",
                "00-1234567890123456789012345678901-1234567890123456-01",
                "00-12345678901234567890123456789012-12345678901234567-01",
                "00-12345678901234567890123456789012-.234567890123456-01",
                "00-12345678901234567890123456789012-1234567890123456-.0",
                "00-12345678901234567890123456789012-1234567890123456-001",
                "00-12345678901234567890123456789012-1234567890123456-1",
                "00-12345678901234567890123456789012-1234567890123456-01.",
                "00-12345678901234567890123456789012-1234567890123456-01-more",
                "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like"
            })
    void traceparentThatCannotBeReadIsNone(String received) {
        SpanContext read = TraceContext.read(List.of(received), List.of("congo=1"));
        assertFalse(read.isValid());
        assertEquals(Map.of(), written(read));
    }

    /** test_traceparent_duplicated */
    @Test
    void twoTraceparentsAreNone() {
        assertFalse(TraceContext.read(List.of(PARENT, PARENT), List.of()).isValid());
    }

    /** 3.3.1: lines are one list (RFC 9110, 5.3), whose order stays; entries may be empty, and have white space around. */
    @Test
    void tracestateIsPassedOn() {
        assertEquals("foo=1,bar=2,rojo=1,baz=3 4", passedOn("foo=1 \t , \t bar=2,", "rojo=1", "", " baz=3 4 "));
    }

    /** 3.3: the traceparent holds whatever the tracestate is. */
    @ParameterizedTest
    @ValueSource(strings = {"", "foo =1", "FOO=1", "foo", "foo=bar=baz", "foo=1,@=2"})
    void tracestateThatCannotBeReadIsLeftOut(String state) {
        assertEquals(Map.of("traceparent", PARENT), written(TraceContext.read(List.of(PARENT), List.of(state))));
    }

    /** 3.3.1: 32 entries at most. */
    @Test
    void tracestateHasAtMost32Entries() {
        assertEquals(entries(32), passedOn(entries(32)));
        assertEquals("", passedOn(entries(33)));
    }

    /** 3.3.2: at least 512 characters; then whole entries are left out, those longer than 128 first, the last ones after those. */
    @Test
    void tracestateIsCutToWholeEntries() {
        String full =
                "a=" + "1".repeat(126) + ",b=" + "2".repeat(126) + ",c=" + "3".repeat(125) + ",d=" + "4".repeat(124);
        assertEquals(512, full.length());
        assertEquals(full, passedOn(full));
        assertEquals(full.substring(0, full.lastIndexOf(',')), passedOn(full + "5"));
        assertEquals(full, passedOn("long=" + "x".repeat(200), full));
    }

    /** 3.2.2.3, 3.2.2.4 and 3.2.2.5: sampled, with random ids. */
    @Test
    void traceBeginsWithItsOwnIds() {
        SpanContext one = TraceContext.random();
        SpanContext another = TraceContext.random();
        assertTrue(one.isValid());
        assertEquals("03", one.getTraceFlags().asHex());
        assertNotEquals(one.getTraceId(), another.getTraceId());
        assertNotEquals(one.getSpanId(), another.getSpanId());
    }

    private static String entries(int number) {
        return IntStream.range(0, number).mapToObj(i -> "bar" + i + "=" + i).collect(Collectors.joining(","));
    }

    private static String passedOn(String... states) {
        return written(TraceContext.read(List.of(PARENT), List.of(states))).getOrDefault("tracestate", "");
    }

    private static Map<String, String> written(SpanContext context) {
        Map<String, String> fields = new HashMap<>();
        TraceContext.write(context, fields::put);
        return fields;
    }
}
