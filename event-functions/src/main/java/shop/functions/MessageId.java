/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.quarkus.funqy.knative.events.CloudEvent;
import shop.events.Uuids;

/** The {@code Message-ID} of a mail (RFC 5322, 3.6.4). */
public final class MessageId {
    private MessageId() {}

    /** The same event makes the same id, by which a mailbox can drop what came twice. */
    public static String of(String function, CloudEvent<?> event) {
        String sender = Unavailable.setting("SMTP_FROM");
        String domain = sender.substring(sender.indexOf('@') + 1).replace(">", "");
        return "<%s@%s>".formatted(Uuids.replyId(function, event.source(), event.id()), domain);
    }
}
