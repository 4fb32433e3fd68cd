/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

/** A selection of dead letters. Null matches all. */
public record Filter(
        String type,
        String source,
        String trigger,
        String destination,
        Integer code,
        Boolean replayed,
        Boolean refused) {
    private static final Filter ALL = new Filter(null, null, null, null, null, null, null);

    boolean matchesAll() {
        return equals(ALL);
    }
}
