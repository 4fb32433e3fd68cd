/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit;

/**
 * Cleaning that may come late without making a decision wrong. All beans of this type run when the event of the sweep's
 * PingSource arrives, since a process that may be scaled to zero owns no timers;
 * one that fails keeps none of the others from running.
 */
public interface Sweep {
    void sweep();
}
