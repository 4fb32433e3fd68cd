/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.quarkus.mailer.Mail;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import shop.tracing.Trace;

/**
 * Sends mails, from an event loop. Called from another thread, as Quarkus's {@code Mailer} does, vertx-mail-client may listen
 * to a new connection only after the greeting of the server (RFC 5321, 3.1) has come, and wait for it in vain.
 *
 * <p>A server that takes connections and never answers uses up the client's ten: it has no time limit of its own.
 */
@Singleton
public class Mails {
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private final ReactiveMailer mailer;
    private final Vertx vertx;

    Mails(ReactiveMailer mailer, Vertx vertx) {
        this.mailer = mailer;
        this.vertx = vertx;
    }

    /**
     * Blocks until the server has taken the mail.
     *
     * @throws Unavailable if it may take it later
     * @throws Refused if it never will
     */
    public void send(Mail mail) {
        Context context = vertx.getOrCreateContext();
        Trace.call("send mail", () -> {
            Unavailable.run(
                    "SMTP_HOST",
                    () -> mailer.send(mail)
                            .runSubscriptionOn(task -> context.runOnContext(_ -> task.run()))
                            .await()
                            .atMost(TIMEOUT));
            return null;
        });
    }
}
