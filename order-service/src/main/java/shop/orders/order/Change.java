/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * An entry of an order's history.
 *
 * @param eventId the id of the CloudEvent that caused it; absent if the cause was another
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Change(OrderStatus status, Instant at, String cause, String eventId) {}
