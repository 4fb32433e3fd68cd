/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import static java.util.stream.Collectors.toMap;

import java.util.List;
import java.util.Map;

/**
 * The currencies that are legal tender in some country (ISO 4217, list one, without funds, metals, units of account and codes
 * for tests), and the bound of a total in each.
 */
public final class LegalTender {
    /**
     * After the number of digits that a total may have in minor units: the currencies in which so many are one to ten million
     * dollars, at the rates of 2025. More than that is a slip, and the charge of it nothing to take back easily. All are far
     * below 2^53, up to which any JSON reader is exact.
     */
    private static final String DIGITS = """
            8 BMD BSD CHF EUR FKP GBP GIP KYD PAB SHP USD
            9 AED AUD AWG AZN BAM BBD BHD BND BOB BRL BYN BZD CAD CLP CNY DJF DKK FJD GEL GTQ HKD ILS ISK JOD JPY KMF KWD \
               MAD MOP MYR NOK NZD OMR PEN PGK PLN QAR RON SAR SBD SEK SGD SVC TJS TMT TOP TTD VUV WST XAF XCD XCG XOF XPF
            10 AFN ALL BIF BTN BWP CUP CVE CZK DOP EGP ERN GHS GMD GNF HNL INR KGS KRW LSL LYD MDL MKD MRU MUR MVR MXN MZN \
               NAD NIO PHP PYG RUB RWF SCR SLE SRD STN SZL THB TND TRY TWD UAH UGX UYU ZAR ZMW ZWG
            11 AMD AOA BDT CRC DZD ETB GYD HTG HUF JMD KES KPW KZT LKR LRD NPR PKR RSD SDG SOS VES VND YER
            12 ARS CDF COP KHR MGA MMK MNT MWK NGN SSP TZS
            13 IDR IQD IRR LAK LBP SYP UZS
            """;

    private static final Map<String, Long> LARGEST_TOTALS = DIGITS.lines()
            .map(line -> List.of(line.split(" +")))
            .flatMap(line -> line.stream().skip(1).map(currency -> Map.entry(currency, nines(line.getFirst()))))
            .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));

    private LegalTender() {}

    /** The bound of a total in minor units of this currency; 0 if it is not legal tender. */
    public static long largestTotal(String currency) {
        return LARGEST_TOTALS.getOrDefault(currency, 0L);
    }

    private static long nines(String digits) {
        return Long.parseLong("9".repeat(Integer.parseInt(digits)));
    }
}
