/**
 * Knative Eventing: brokers, triggers, ping sources. Entry point: {@link shop.localknative.eventing.Eventing}; all else is
 * private. Knows nothing of {@code serving}: destinations are addresses.
 */
package shop.localknative.eventing;
