/**
 * Events that could not be delivered: kept, shown and replayed. Entry points: {@link shop.deadletters.EventResource} for the
 * broker, {@link shop.deadletters.DeadLetterResource} for admins. And alerts, which become events: {@link
 * shop.deadletters.AlertResource}, for Alertmanager. No other module uses it but by REST and events.
 */
package shop.deadletters;
