/**
 * Settings that change while the process runs. Entry point: {@link shop.kit.settings.Settings}. For every class of a service.
 */
package shop.kit.settings;
