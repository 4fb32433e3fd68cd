/**
 * Live settings as a service shows and enforces them. Entry point: {@link shop.kit.settings.Closed}, for resources; the resource
 * of this package is every service's.
 */
package shop.kit.settings;
