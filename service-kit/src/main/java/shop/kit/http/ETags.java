/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.core.HttpHeaders;

/** Entity tags of versioned rows, and the precondition that keeps an update from overwriting another (RFC 9110, 13.1.1). */
public final class ETags {
    private ETags() {}

    public static String of(int version) {
        return '"' + Integer.toString(version) + '"';
    }

    /** Throws a 428 problem when there is no {@code If-Match}, a 412 one when it does not name this version. */
    public static void requireMatch(String ifMatch, int version) {
        if (ifMatch == null || ifMatch.isBlank()) {
            throw Problem.because(
                    428,
                    "precondition-required",
                    "Precondition required",
                    "Send If-Match with the ETag of the state that the change was made from.",
                    new Problem.Fault(Problem.Place.header, HttpHeaders.IF_MATCH, "missing"));
        }
        for (String tag : ifMatch.split(",")) {
            if (tag.strip().equals("*") || tag.strip().equals(of(version))) {
                return;
            }
        }
        throw Problem.because(
                412,
                "precondition-failed",
                "Precondition failed",
                "It has changed since; read it again and make the change from there.",
                new Problem.Fault(Problem.Place.header, HttpHeaders.IF_MATCH, "is " + of(version) + " by now"));
    }
}
