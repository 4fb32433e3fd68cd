/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON merge patch (RFC 7396). */
final class MergePatch {
    static final String MEDIA_TYPE = "application/merge-patch+json";

    private MergePatch() {}

    /** The patched {@code target}. A removed member is null in it, so that the reader notices an unknown one. */
    static JsonNode apply(JsonNode patch, JsonNode target) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = target.isObject() ? target.deepCopy() : ((ObjectNode) patch).objectNode();
        patch.properties()
                .forEach(member -> result.set(member.getKey(), apply(member.getValue(), result.path(member.getKey()))));
        return result;
    }
}
