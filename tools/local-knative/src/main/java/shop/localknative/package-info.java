/**
 * The commands, and one system made of the other packages. {@link shop.localknative.LocalKnative} is the entry point;
 * {@link shop.localknative.Cluster} is for tests, too. No other package may use this one.
 */
package shop.localknative;
