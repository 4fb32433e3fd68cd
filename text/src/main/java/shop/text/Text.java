/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import java.text.Normalizer;
import java.util.Optional;

/**
 * The one set of rules for text that comes from outside. What is kept reads the same for everybody: one line of Unicode
 * in normalization form C (Unicode Standard Annex 15), in the order in which it is written.
 */
public final class Text {
    /** The property Bidi_Control (Unicode Standard Annex 9): characters that show a text in another order than it has. */
    private static final String BIDI_CONTROLS =
            "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    /** What a decoder leaves in place of bytes that it can't read. */
    private static final int REPLACEMENT = 0xfffd;

    private Text() {}

    /**
     * The text as it is to be kept: in normalization form C.
     *
     * @throws IllegalArgumentException saying what it "must not contain", for text that would be changed on its way or
     *     would not be shown as it is: lone surrogates, control characters, line and paragraph separators, unassigned
     *     code points and noncharacters, bidirectional controls, and U+FFFD, which stands for a character that is lost
     */
    public static String plain(String text) {
        text.codePoints().forEach(Text::require);
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /**
     * The same text: the rule for events, which tell of what has happened and are taken as they are.
     *
     * @throws IllegalArgumentException for lone surrogates, which no encoding of Unicode can carry (RFC 8259, 8.2)
     */
    public static String unicode(String text) {
        text.codePoints()
                .filter(c -> Character.getType(c) == Character.SURROGATE)
                .forEach(Text::require);
        return text;
    }

    /** The text for logs and messages: what {@link #plain} refuses is escaped, so that it can't forge a line of them. */
    public static String printable(String text) {
        if (text == null || text.codePoints().allMatch(Text::isPrintable)) {
            return text;
        }
        StringBuilder printable = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (isPrintable(c)) {
                printable.appendCodePoint(c);
            } else {
                printable.append((c > 0xffff ? "\\u{%x}" : "\\u%04x").formatted(c));
            }
        });
        return printable.toString();
    }

    private static void require(int c) {
        fault(c).ifPresent(what -> {
            throw new IllegalArgumentException("must not contain %s (U+%04X)".formatted(what, c));
        });
    }

    private static boolean isPrintable(int c) {
        return c == REPLACEMENT || fault(c).isEmpty();
    }

    private static Optional<String> fault(int c) {
        if (c >= ' ' && c < 0x7f) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                switch (Character.getType(c)) {
                    case Character.CONTROL -> "control characters";
                    case Character.SURROGATE -> "halves of surrogate pairs";
                    case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> "line or paragraph separators";
                    case Character.UNASSIGNED -> "code points that Unicode has not assigned";
                    default -> {
                        if (c == REPLACEMENT) {
                            yield "replacement characters, which stand for text that is not UTF-8";
                        }
                        yield BIDI_CONTROLS.indexOf(c) < 0 ? null : "bidirectional controls";
                    }
                });
    }
}
