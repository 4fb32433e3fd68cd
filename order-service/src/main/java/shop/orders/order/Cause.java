/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.cloudevents.CloudEvent;
import shop.text.Text;

/**
 * The reason for a change of an order's state.
 *
 * @param reason for people to read
 * @param eventId the id of the CloudEvent that caused it, or null
 */
record Cause(String reason, String eventId) {
    Cause {
        reason = Text.printable(reason); // it may come from outside, and PostgreSQL takes no NUL
    }

    static Cause of(String reason) {
        return new Cause(reason, null);
    }

    static Cause of(String reason, CloudEvent event) {
        return new Cause(reason, event.getId());
    }
}
