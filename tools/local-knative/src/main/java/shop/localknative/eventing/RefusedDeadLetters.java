/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.net.URI;

/**
 * Dead letters of a Trigger whose sink refuses them for good. They are kept and offered again: somebody has to repair the sink.
 *
 * @param trigger namespace/name
 * @param sink the URL in a cluster
 * @param code the status that the sink answers
 */
public record RefusedDeadLetters(String trigger, URI sink, int code, long count) {}
