/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import shop.kit.sql.Sql;

/** The place of events that the broker refuses for good: one where an admin sees them. */
public interface Refusals {
    /** Keeps it, if {@code transaction} commits; the same transaction takes it out of the outbox. */
    void keep(Sql transaction, Refusal refusal);
}
