/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;

/**
 * Attributes in HTTP headers (CloudEvents HTTP Protocol Binding 1.0, 3.1.3.2): what is not printable ASCII is
 * percent-encoded. (The SDK leaves this to its user.)
 */
final class HeaderValue {
    private static final String PREFIX = "ce-";

    private HeaderValue() {}

    static String encode(String header, String value) {
        if (!isAttribute(header)) {
            return value;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte octet : value.getBytes(UTF_8)) {
            if (octet <= ' ' || octet == '"' || octet == '%' || octet == 0x7F) {
                encoded.append(String.format("%%%02X", octet));
            } else {
                encoded.append((char) octet);
            }
        }
        return encoded.toString();
    }

    static String decode(String header, String value) {
        try {
            return isAttribute(header) ? URLDecoder.decode(value.replace("+", "%2B"), UTF_8) : value;
        } catch (IllegalArgumentException e) {
            return value; // from a sender that does not encode
        }
    }

    private static boolean isAttribute(String header) {
        return header.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }
}
