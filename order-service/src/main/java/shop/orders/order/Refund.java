/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * The refund of whatever was charged for an order. It is overdue by the clock when nobody has answered for longer than all
 * retries take: then the request, or its answer, is a dead letter.
 *
 * @param requestedAt absent if an earlier release has requested it
 * @param refundedAt absent until it is {@code COMPLETED}
 */
public record Refund(
        Status status,
        @JsonInclude(JsonInclude.Include.NON_NULL) Instant requestedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) Instant refundedAt) {
    /** The state of a refund. */
    public enum Status {
        REQUESTED,
        OVERDUE,
        COMPLETED
    }
}
