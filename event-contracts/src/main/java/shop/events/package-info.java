/**
 * The language between the parts of the shop: types, data and derived ids of its CloudEvents. Entry points: {@link
 * shop.events.EventTypes} and {@link shop.events.ShopEvent}. Every module may use it; it uses none.
 */
package shop.events;
