/**
 * The time, as an injected {@link java.time.Clock}. For every class that asks what time it is. Time that several instances must
 * agree on, such as that of a lease, is the database's instead.
 */
package shop.kit.time;
