package shop.localknative.eventing;

import shop.localknative.eventing.EventStore.Change;
import shop.localknative.eventing.EventStore.Pending;

/** One attempt to deliver an event. */
interface Delivery {

    /** What the attempt came to. Nothing is stored yet: until it is, the same attempt may be made again. */
    Change attempt(Pending pending) throws InterruptedException;
}
