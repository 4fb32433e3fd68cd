/* SPDX-License-Identifier: Apache-2.0 */
package shop.cloudevents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"{ \"b\":1.0,\n \"a\" : [ 1e2 ] }", "\"caf\\u00e9 é 😀\"", "1.00", "null", "[]"})
    void memberIsKeptAsItCame(String value) throws IOException {
        String object = "{\"é\": {\"data\": 0}, \"data\" : %s , \"z\": 1}".formatted(value);
        assertEquals(value, new String(JsonText.member("data", object.getBytes(UTF_8)), UTF_8));
    }

    @Test
    void memberThatIsMissingIsNamed() {
        var e = assertThrows(IllegalArgumentException.class, () -> JsonText.member("data", "{}".getBytes(UTF_8)));
        assertEquals("no member data", e.getMessage());
    }

    @Test
    void bytesThatAreNotUtf8AreNotRepaired() {
        assertThrows(CharacterCodingException.class, () -> JsonText.member("a", new byte[] {'"', (byte) 0xff, '"'}));
    }
}
