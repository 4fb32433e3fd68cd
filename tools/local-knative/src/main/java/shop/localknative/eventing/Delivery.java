/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import shop.localknative.eventing.DeliveryStore.Outcome;
import shop.localknative.eventing.DeliveryStore.Pending;

/** One attempt to deliver an event. */
interface Delivery {
    /** Makes the attempt and returns its outcome, which is not stored yet: until it is, the same attempt may be made again. */
    Outcome attempt(Pending pending) throws InterruptedException;
}
