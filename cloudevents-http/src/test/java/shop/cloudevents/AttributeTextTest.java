/* SPDX-License-Identifier: Apache-2.0 */
package shop.cloudevents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** cloudevents/spec, cloudevents/spec.md, 3.1: String. */
class AttributeTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\nb", "\u007f", "\u009f", "\ud800", "\udc00\ud800", "\ufdd0", "\uffff"})
    void isNotAnyUnicode(String text) {
        assertFalse(AttributeText.isValid(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "caf\u00e9", "\u00a0", "\ud83d\ude00", "\ufffd"})
    void isUnicode(String text) {
        assertTrue(AttributeText.isValid(text));
    }

    @Test
    void controlsBecomeSpaces() {
        assertTrue(AttributeText.hasControls("a\u0000\nb"));
        assertEquals("a  b", AttributeText.withoutControls("a\u0000\nb"));
    }
}
