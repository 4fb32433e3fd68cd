/* SPDX-License-Identifier: Apache-2.0 */
package shop.cloudevents;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/** JSON whose parts are passed on byte for byte, as no generator would write them again. */
public final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    /** The text of these bytes; empty if they are not UTF-8. */
    public static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The value at which {@code parser} is in {@code document}; the parser goes to its end. */
    public static String value(JsonParser parser, String document) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        parser.finishToken();
        return document.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    /**
     * The value of the member {@code name} of an object.
     *
     * @throws IOException if it is not JSON in UTF-8
     * @throws IllegalArgumentException if it has no such member
     */
    public static byte[] member(String name, byte[] object) throws IOException {
        String document = utf8(object).orElseThrow(CharacterCodingException::new);
        try (JsonParser parser = JSON.createParser(document)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = parser.currentName().equals(name);
                parser.nextToken();
                String value = value(parser, document);
                if (found) {
                    return value.getBytes(UTF_8);
                }
            }
            throw new IllegalArgumentException("no member " + name);
        }
    }
}
