/** The function {@code heartbeat}. Entry point: {@link shop.functions.heartbeat.Heartbeat}, called by Funqy only. */
package shop.functions.heartbeat;
