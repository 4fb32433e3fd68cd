/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import jakarta.validation.constraints.Pattern;

/** A selection of dead letters. Null matches all. */
public record Filter(
        @Pattern(regexp = TEXT, message = CONTROLS) String type,
        @Pattern(regexp = TEXT, message = CONTROLS) String source,
        @Pattern(regexp = TEXT, message = CONTROLS) String trigger,
        @Pattern(regexp = TEXT, message = CONTROLS) String destination,
        Integer code,
        Boolean replayed,
        Boolean refused) {
    static final String TEXT = "\\P{Cc}*";
    static final String CONTROLS = "must not contain control characters";

    private static final Filter ALL = new Filter(null, null, null, null, null, null, null);

    boolean matchesAll() {
        return equals(ALL);
    }
}
