/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import shop.localknative.eventing.DeliveryStore.NewDelivery;

/** Carries events from a Broker's ingress to its Triggers. */
interface Channel {
    /**
     * Takes the deliveries of an event. The future completes when its publisher may forget it, on a thread that must not be
     * blocked; it is cancelled when the publisher does not wait any longer. Empty if there is no room, or everything stops.
     */
    Optional<CompletableFuture<Void>> offer(List<NewDelivery> deliveries);
}
