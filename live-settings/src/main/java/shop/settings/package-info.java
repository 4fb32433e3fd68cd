/**
 * Settings that change while the process runs, of services and functions alike. Entry points: {@link shop.settings.Setting},
 * declared in a {@link shop.settings.DeclaredSettings}, and {@link shop.settings.Settings}, which has its value.
 */
package shop.settings;
