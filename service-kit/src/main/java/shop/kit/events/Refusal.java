/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/**
 * An event that was in the outbox and that the broker will never take.
 *
 * @param position in the outbox, which no other event ever has
 * @param data null for none
 * @param reason the broker's, without control characters
 */
public record Refusal(long position, String partitionkey, JsonObject attributes, Buffer data, String reason) {}
