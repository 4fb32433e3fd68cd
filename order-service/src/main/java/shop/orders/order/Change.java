/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An entry of an order's history.
 *
 * @param eventId the id of the CloudEvent that caused it; absent if the cause was another
 */
public record Change(
        OrderStatus status,
        Instant at,
        @Schema(examples = "placed") String cause,

        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "The id of the CloudEvent that caused it; absent if the cause was another")
        String eventId) {}
