/* SPDX-License-Identifier: Apache-2.0 */
package shop.events;

/** An amount in the minor units of its currency (cents for EUR, yen for JPY) and the currency's ISO 4217 code. */
public record Money(long amount, String currency) {}
