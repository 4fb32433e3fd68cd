/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Currency;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LegalTenderTest {
    /**
     * ISO 4217, list one, names for each country its currencies, and the JDK has that table (java.util.Currency): what is
     * nobody's is a metal, a fund, a unit of account, a test code or history. (Venezuela's bolívar has a second code, VED,
     * which the JDK does not give it.)
     */
    @Test
    void theCurrenciesOfAllCountriesAreLegalTenderAndNoOthers() {
        Set<String> ofCountries = Stream.of(Locale.getISOCountries())
                .map(country -> Currency.getInstance(Locale.of("", country)))
                .filter(Objects::nonNull)
                .map(Currency::getCurrencyCode)
                .collect(toCollection(TreeSet::new));
        Set<String> legalTender = Currency.getAvailableCurrencies().stream()
                .map(Currency::getCurrencyCode)
                .filter(code -> LegalTender.largestTotal(code) > 0)
                .collect(toCollection(TreeSet::new));
        assertEquals(ofCountries, legalTender);
    }

    /** RFC 8259, section 6. */
    @Test
    void noTotalIsLargerThanWhatAnyJsonReaderReadsExactly() {
        Currency.getAvailableCurrencies()
                .forEach(currency -> assertTrue(LegalTender.largestTotal(currency.getCurrencyCode()) < 1L << 53));
    }
}
