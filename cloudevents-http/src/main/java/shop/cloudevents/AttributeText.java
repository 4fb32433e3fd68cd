/* SPDX-License-Identifier: Apache-2.0 */
package shop.cloudevents;

/** The text of attributes: the type String of CloudEvents 1.0, 3.1. */
public final class AttributeText {
    private AttributeText() {}

    /** Whether it is Unicode without control characters, lone surrogates and noncharacters. */
    public static boolean isValid(String text) {
        return !hasControls(text)
                && text.codePoints()
                        .noneMatch(c -> Character.getType(c) == Character.SURROGATE
                                || (c & 0xfffe) == 0xfffe
                                || (c >= 0xfdd0 && c <= 0xfdef));
    }

    /** Whether it has control characters, which would forge lines of a log, too. */
    public static boolean hasControls(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    /** The text with a space for each control character and each half of a surrogate pair. */
    public static String withoutControls(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cs}]", " ");
    }
}
