/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

/**
 * Whether something is open to its users.
 *
 * @param message for those who find it closed; empty if the operator has written none
 */
public record Switch(boolean open, String message) {
    public static final Switch OPEN = new Switch(true, "");
}
