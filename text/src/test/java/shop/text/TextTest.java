/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
    /** The classes of the Unicode Character Database, one or two of each. */
    @ParameterizedTest
    @CsvSource({
        "0, control characters (U+0000)",
        "a, control characters (U+000A)",
        "1b, control characters (U+001B)",
        "7f, control characters (U+007F)",
        "85, control characters (U+0085)",
        "2028, line or paragraph separators (U+2028)",
        "2029, line or paragraph separators (U+2029)",
        "d800, halves of surrogate pairs (U+D800)",
        "dfff, halves of surrogate pairs (U+DFFF)",
        "378, code points that Unicode has not assigned (U+0378)",
        "fdd0, code points that Unicode has not assigned (U+FDD0)",
        "ffff, code points that Unicode has not assigned (U+FFFF)",
        "10fffe, code points that Unicode has not assigned (U+10FFFE)",
        "61c, bidirectional controls (U+061C)",
        "200f, bidirectional controls (U+200F)",
        "202e, bidirectional controls (U+202E)",
        "2069, bidirectional controls (U+2069)",
        "fffd, 'replacement characters, which stand for text that is not UTF-8 (U+FFFD)'"
    })
    void whatWouldNotStayAsItIsIsRefused(String codePoint, String fault) {
        String text = "a" + Character.toString(Integer.parseInt(codePoint, 16)) + "b";
        var refusal = assertThrows(IllegalArgumentException.class, () -> Text.plain(text));
        assertEquals("must not contain " + fault, refusal.getMessage());
    }

    /** Among them what Persian, Indic scripts and emoji need: U+200C, U+200D, variation selectors and tags. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ada",
                "",
                "Zo\u00eb \u0414\u0430\u0440\u044c\u044f \u5c0f\u6797",
                "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
                "\ud83d\udc69\u200d\ud83d\udcbb",
                "\u2764\ufe0f",
                "\ud83c\udff4\udb40\udc67\udb40\udc7f",
                "\ue000"
            })
    void otherTextIsTakenAsItIs(String text) {
        assertEquals(text, Text.plain(text));
    }

    /** Unicode Standard Annex 15, table 1 and figure 5. */
    @ParameterizedTest
    @CsvSource({"e\u0301, \u00e9", "\u212b, \u00c5", "q\u0307\u0323, q\u0323\u0307"})
    void equivalentTextIsTheSame(String sent, String kept) {
        assertEquals(kept, Text.plain(sent));
    }

    @Test
    void halvesOfSurrogatePairsAreNoUnicode() {
        assertEquals("a\ud83d\ude00\n", Text.unicode("a\ud83d\ude00\n"));
        assertThrows(IllegalArgumentException.class, () -> Text.unicode("a\ud83d"));
        assertThrows(IllegalArgumentException.class, () -> Text.unicode("\ude00\ud83d"));
    }

    @Test
    void printedTextIsOneLine() {
        assertEquals(
                "a\\u000a\\u001b[2J\\u2028\\u202e\\ud800\\u{1fffe}\ufffd",
                Text.printable("a\n\u001b[2J\u2028\u202e\ud800\ud83f\udffe\ufffd"));
    }

    @Test
    void harmlessTextIsPrintedAsItIs() {
        String text = "Zo\u00eb \ud83d\ude00 C:\\u000a";
        assertSame(text, Text.printable(text));
    }
}
