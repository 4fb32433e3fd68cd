/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {
    /** RFC 5322, 3.2.3 (atext) and RFC 5321, 4.1.2 (Dot-string). */
    @ParameterizedTest
    @ValueSource(
            strings = {"ada@example.org", "a.b+c/d=e@mail-1.example.org", "!#$%&'*+/=?^_`{|}~-@x.example", "a@localhost"
            })
    void addressOfAtomsAndAHostNameStaysAsItIs(String address) {
        assertEquals(address, EmailAddress.of(address).toString());
    }

    /** RFC 3492 and 3490: the same domain in U-labels, in A-labels, in either case, with each of the four dots. */
    @ParameterizedTest
    @CsvSource({
        "ada@b\u00fccher.example, ada@xn--bcher-kva.example",
        "ada@B\u00dcCHER.Example, ada@xn--bcher-kva.example",
        "ada@bu\u0308cher.example, ada@xn--bcher-kva.example",
        "ada@XN--BCHER-KVA.example, ada@xn--bcher-kva.example",
        "ada@b\u00fccher\u3002example, ada@xn--bcher-kva.example",
        "Ada@\uff25xample.ORG, Ada@example.org",
        "ada@\u4f8b\u3048.\u30c6\u30b9\u30c8, ada@xn--r8jz45g.xn--zckzah"
    })
    void domainIsSentToByItsALabels(String address, String mailed) {
        assertEquals(mailed, EmailAddress.of(address).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ada",
                "@example.org",
                "ada@",
                "a@b@example.org",
                "a b@example.org",
                ".a@example.org",
                "a.@example.org",
                "a..b@example.org",
                "a(b)@example.org",
                "a<b@example.org",
                "a,b@example.org",
                "ada@example..org",
                "ada@example.org.",
                "ada@-example.org",
                "ada@exa_mple.org",
                "ada@[127.0.0.1]",
                "ada@exam ple.org",
                "ada@example.org\r\nRCPT TO:<bob@example.org>",
                "ada@x\ufe6bexample.org",
                "ada@%61.example"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> EmailAddress.of(text));
    }

    /** Each is an address by RFC 5321 or 6531. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"a b\"@example.org, must have no quotes before the @",
                "\"a@b\"@example.org, must have no quotes before the @",
                "\u00e4da@example.org, must have ASCII only before the @",
                "ada@stra\u00dfe.example, A-labels",
                "ada@\u03b2\u03cc\u03bb\u03bf\u03c2.example, A-labels",
                "ada@b\u00fc\u00adcher.example, A-labels",
                "ada@b\u00fc\u034fcher.example, A-labels",
                "ada@b\u0130.example, A-labels",
                "ada@\u03b2\u03cc\u03bb\u03bf\u03f2.example, A-labels",
                "ada@\u10a0.example, A-labels",
                "ada@\u10d0\ud801\udc37\ud83e\udd84.example, A-labels"
            })
    void addressThatMailWouldNotReachIsRefusedAndSaysWhy(String address, String why) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> EmailAddress.of(address));
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    }

    /** UTS 46, 1.3.1: straße.example is another domain than strasse.example; its A-label is clear. */
    @Test
    void domainOfIdna2008IsTakenAsALabel() {
        assertEquals(
                "ada@xn--strae-oqa.example",
                EmailAddress.of("ada@xn--strae-oqa.example").toString());
    }

    /** RFC 5321, 4.5.3.1.1 and 4.5.3.1.3; RFC 1035, 2.3.4. */
    @Test
    void lengthIsThatOfWhatIsSent() {
        String label = "a".repeat(63) + ".";
        String domain = label.repeat(2) + "a".repeat(60);
        assertEquals(
                254,
                EmailAddress.of("a".repeat(64) + "@" + domain + "a").toString().length());
        for (String tooLong : new String[] {
            "a".repeat(65) + "@example.org",
            "a".repeat(64) + "@" + domain + "aa",
            "a@" + "a".repeat(64) + ".org",
            "a@" + "\u00fc".repeat(60) + ".org",
        }) {
            assertThrows(IllegalArgumentException.class, () -> EmailAddress.of(tooLong), tooLong);
        }
    }
}
