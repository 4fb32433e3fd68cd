/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KindTest {
    private static final Kind<Duration> PERIOD = new Kind.Period(Duration.ofSeconds(1), Duration.ofDays(365));
    private static final Kind<Integer> NUMBER = new Kind.WholeNumber(0, 100);
    private static final Kind<Switch> SWITCH = new Kind.OpenOrClosed();
    private static final Kind<Set<String>> TEXTS = Kind.Texts.outOf(Set.of("red", "green"));

    @ParameterizedTest
    @CsvSource({"PT1S, PT1S", "P30D, P30D", "PT720H, P30D", "PT90M, PT1H30M"})
    void durationIsWrittenAndShownAsIso8601HasIt(String text, String shown) {
        assertEquals(shown, PERIOD.print(PERIOD.parse(text).orElseThrow()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "15", "PT0S", "-PT1M", "P366D", "P1M", "PT1S PT2S"})
    void durationOutOfRangeIsRefused(String text) {
        assertEquals(Optional.empty(), PERIOD.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "101", "1.5", "ten", "99999999999", "+5", "\u0664\u0662", "\uff14\uff12", "4 2"})
    void numberOutOfRangeIsRefused(String text) {
        assertEquals(Optional.empty(), NUMBER.parse(text));
        assertEquals(Optional.of(100), NUMBER.parse("100"));
    }

    @Test
    void switchIsOpenOrClosedWithAMessage() {
        assertEquals(Optional.of(Switch.OPEN), SWITCH.parse("open"));
        assertEquals(Optional.of(new Switch(false, "")), SWITCH.parse("closed"));
        assertEquals(Optional.of(new Switch(false, "Back: at noon")), SWITCH.parse("closed: Back: at noon"));
        assertEquals("closed: Back", SWITCH.print(new Switch(false, "Back")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "true",
                "Open",
                "closed:",
                "closed for now",
                "open: yes",
                "closed: two\nlines",
                "closed: \u001b[2J",
                "closed: \ufffdberall"
            })
    void switchInBetweenIsRefused(String text) {
        assertEquals(Optional.empty(), SWITCH.parse(text));
    }

    @Test
    void textsAreOutOfThoseThatAreKnown() {
        assertEquals(Optional.of(Set.of("red", "green")), TEXTS.parse("red,\n green"));
        assertEquals(Optional.of(Set.of()), TEXTS.parse("none"));
        assertEquals("none", TEXTS.print(Set.of()));
    }

    /** What is left of a file that is being written is no order to leave all out. */
    @ParameterizedTest
    @ValueSource(strings = {"", ",", "red, blue", "none, red", ", red"})
    void textsThatAreNotSaidOutrightAreRefused(String text) {
        assertEquals(Optional.empty(), TEXTS.parse(text));
    }

    /** Libraries say at DEBUG what must not be in a log. */
    @ParameterizedTest
    @CsvSource({
        "shop.orders=DEBUG, true",
        "shop=DEBUG, true",
        "io.vertx.ext.mail=WARN, true",
        "io.vertx.ext.mail=DEBUG, false",
        "shopping=DEBUG, false",
        "shop=TRACE, false",
        "shop, false",
        "'shop=DEBUG,shop.orders=WARN', true",
        "'shop=DEBUG,shop=WARN', false"
    })
    void libraryIsNotTurnedDownToDebug(String text, boolean allowed) {
        assertEquals(allowed, LogLevels.SETTING.kind().parse(text).isPresent());
    }

    @Test
    void defaultMustBeAllowedItself() {
        assertThrows(IllegalArgumentException.class, () -> new Setting<>("most", NUMBER, 101, "Too many"));
    }
}
