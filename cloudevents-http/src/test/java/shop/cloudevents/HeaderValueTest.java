/* SPDX-License-Identifier: Apache-2.0 */
package shop.cloudevents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** cloudevents/spec, cloudevents/bindings/http-protocol-binding.md, 3.1.3.2. */
class HeaderValueTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            Euro € 😀  | Euro%20%E2%82%AC%20%F0%9F%98%80
            100% "x"~! | 100%25%20%22x%22~!
            """)
    void valueIsEncodedAndDecoded(String value, String header) {
        assertEquals(header, HeaderValue.encode(value));
        assertEquals(value, HeaderValue.decode(header));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            "a \\"b\\"" | a "b"
            %2541     | %41
            caf%c3%a9 | café
            %61b      | ab
            a+b       | a+b
            """)
    void headerOfAnotherSenderIsDecodedOnce(String header, String value) {
        assertEquals(value, HeaderValue.decode(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"50%", "50%, 100%25%", "%zz"})
    void percentSignThatEncodesNothingMeansItself(String header) {
        assertEquals(header.replace("%25", "%"), HeaderValue.decode(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%C0%A0", "%ED%A0%80", "%FF"})
    void whatIsNotUtf8IsRejected(String header) {
        assertThrows(IllegalArgumentException.class, () -> HeaderValue.decode(header));
    }

    @Test
    void bytesBeyondAsciiMeanTheSameWhenTheyArePassedOn() {
        assertEquals("caf%C3%A9 50%25", HeaderValue.sendable("caf\u00c3\u00a9 50%25"));
    }

    @Test
    void attributesAreTheHeadersWithThePrefix() {
        assertTrue(HeaderValue.isAttribute("CE-Subject"));
        assertFalse(HeaderValue.isAttribute("Content-Type"));
    }
}
