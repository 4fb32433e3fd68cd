/**
 * Users: registration, changes, deletion, and their latest orders. Entry points: {@link shop.users.UserResource} for people and
 * services, {@link shop.users.EventResource} for the schedule. No other module uses it but by REST and events.
 */
package shop.users;
