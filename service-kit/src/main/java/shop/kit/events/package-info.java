/**
 * Events in and out, neither lost nor handled twice. Entry points: {@link shop.kit.events.EventEndpoint} and {@link
 * shop.kit.events.Inbox} for those that arrive, {@link shop.kit.events.Outbox} and {@link shop.kit.events.Publisher} for those
 * that are published. For resources and domain classes of the services.
 */
package shop.kit.events;
