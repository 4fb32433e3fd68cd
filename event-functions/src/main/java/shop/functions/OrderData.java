/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import java.util.UUID;

/** Data of an event about an order, of which a function reads a part only. */
public interface OrderData {
    UUID orderId();

    /** Null if the part has none. */
    default UUID userId() {
        return null;
    }
}
