/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An e-mail address that mail can be sent to: a {@code Mailbox} of RFC 5321, 4.1.2, whose local part is a {@code Dot-string}
 * and whose domain is a host name. The mail client takes no quoted local part, and no local part beyond ASCII, since it does
 * not speak SMTPUTF8 (RFC 6531). A domain beyond ASCII is sent to by its A-labels (RFC 5890).
 *
 * <p>Java knows the A-labels of IDNA2003 only. Where IDNA2008 has another one, or Unicode 3.2 did not know the character, the
 * mail would go to somebody else or nowhere: such a domain is taken as A-labels only, which are the same in both. So is one in
 * which IDNA2003 drops or replaces more than case and compatible forms, which are all that other readers of it equate.
 *
 * @param localPart as it was written
 * @param domain A-labels in lower case, by which equal domains are equal
 */
public record EmailAddress(String localPart, String domain) {
    private static final String WELL_FORMED = "must be a well-formed email address";

    private static final Pattern ASCII = Pattern.compile("\\p{ASCII}*");
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final Pattern DOT_STRING = Pattern.compile(ATOM + "(\\." + ATOM + ")*");
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern HOST_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

    /** RFC 3490, 3.1. */
    private static final Pattern DOT = Pattern.compile("[.\u3002\uff0e\uff61]");

    /** RFC 5321, 4.5.3.1, in bytes. A path has 256 with its brackets. */
    private static final int LONGEST_LOCAL_PART = 64;

    private static final int LONGEST = 254;

    /** @throws IllegalArgumentException saying what it "must" be, for what can't be mailed */
    public static EmailAddress of(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException(WELL_FORMED);
        }
        EmailAddress address = new EmailAddress(localPart(text.substring(0, at)), domain(text.substring(at + 1)));
        if (address.toString().length() > LONGEST) {
            throw new IllegalArgumentException("must be at most " + LONGEST + " bytes long, its domain as A-labels");
        }
        return address;
    }

    /** The address for envelopes and headers of mails, in ASCII. */
    @Override
    public String toString() {
        return localPart + "@" + domain;
    }

    private static String localPart(String text) {
        if (!ASCII.matcher(text).matches()) {
            throw new IllegalArgumentException("must have ASCII only before the @; mail to others can't be sent");
        }
        if (text.startsWith("\"")) {
            throw new IllegalArgumentException(
                    "must have no quotes before the @; mail to such addresses can't be sent");
        }
        if (!DOT_STRING.matcher(text).matches()) {
            throw new IllegalArgumentException(WELL_FORMED);
        }
        if (text.length() > LONGEST_LOCAL_PART) {
            throw new IllegalArgumentException("must have at most " + LONGEST_LOCAL_PART + " characters before the @");
        }
        return text;
    }

    private static String domain(String text) {
        String labels = aLabels(text).toLowerCase(Locale.ROOT);
        if (!DOT.splitAsStream(text).allMatch(EmailAddress::isClear)) {
            throw new IllegalArgumentException(
                    "must have a domain that means the same in IDNA2003 and IDNA2008; write it as A-labels (xn--...)");
        }
        if (!HOST_NAME.matcher(labels).matches()) {
            throw new IllegalArgumentException(WELL_FORMED);
        }
        return labels;
    }

    private static boolean isClear(String label) {
        String lowerCase = Normalizer.normalize(label, Normalizer.Form.NFKC)
                .codePoints()
                .map(Character::toLowerCase)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return ASCII.matcher(label).matches()
                || IDN.toUnicode(IDN.toASCII(label)).equals(lowerCase);
    }

    private static String aLabels(String domain) {
        try {
            return IDN.toASCII(domain, IDN.USE_STD3_ASCII_RULES);
        } catch (RuntimeException e) { // more types than documented, for some labels
            throw new IllegalArgumentException(
                    ASCII.matcher(domain).matches()
                            ? WELL_FORMED
                            : "must have a domain of letters, digits and hyphens that IDNA2003 knows, or one written as"
                                    + " A-labels (xn--...)",
                    e);
        }
    }
}
