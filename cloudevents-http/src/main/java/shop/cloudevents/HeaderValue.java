/* SPDX-License-Identifier: Apache-2.0 */
package shop.cloudevents;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** An attribute's value in an HTTP header (CloudEvents HTTP Protocol Binding 1.0, 3.1.3.2). */
public final class HeaderValue {

    private static final String PREFIX = "ce-";

    private HeaderValue() {}

    /** Whether a header of this name carries an attribute whose value is encoded; {@code Content-Type} does not. */
    public static boolean isAttribute(String header) {
        return header.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /** The same header; bytes beyond ASCII, which no HTTP client sends, become percent-encoded and mean the same. */
    public static String sendable(String value) {
        if (value.chars().allMatch(HeaderValue::isPrintable)) {
            return value;
        }
        StringBuilder sendable = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.ISO_8859_1)) {
            append(sendable, b, isPrintable(b));
        }
        return sendable.toString();
    }

    /** The header for a value: printable ASCII, without spaces and quotes. */
    public static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            append(encoded, b, isPrintable(b) && b != ' ' && b != '"' && b != '%');
        }
        return encoded.toString();
    }

    private static void append(StringBuilder header, byte b, boolean asItIs) {
        if (asItIs) {
            header.append((char) b);
        } else {
            header.append("%%%02X".formatted(b));
        }
    }

    /**
     * The value of the attribute. A percent sign that encodes nothing means itself, for senders that do not encode.
     *
     * @throws IllegalArgumentException for what is not UTF-8
     */
    public static String decode(String header) {
        String value = unquote(header);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
        for (int i = 0; i < value.length(); i++) {
            if (isEncoded(value, i)) {
                bytes.write(Integer.parseInt(value, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(value.charAt(i));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'%s' is not the percent-encoded form of UTF-8.".formatted(header), e);
        }
    }

    private static boolean isEncoded(String value, int at) {
        return value.charAt(at) == '%'
                && at + 2 < value.length()
                && HexFormat.isHexDigit(value.charAt(at + 1))
                && HexFormat.isHexDigit(value.charAt(at + 2));
    }

    /** RFC 7230, section 3.2.6: what senders did before spaces were to be percent-encoded. */
    private static String unquote(String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    public static boolean isPrintable(int c) {
        return c >= ' ' && c < 0x7f;
    }
}
