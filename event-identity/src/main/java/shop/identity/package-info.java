/**
 * The check that an event comes from a known Trigger. Entry point: {@link shop.identity.SenderCheck}. For the services and the
 * functions; it uses no other module.
 */
package shop.identity;
