/**
 * Host names of the cluster and the loopback listeners that stand for them. Entry points: {@link
 * shop.localknative.network.FrontDoor} and {@link shop.localknative.network.Addresses}. Knows neither services nor brokers.
 */
package shop.localknative.network;
