/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.quarkus.mailer.Mail;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import shop.tracing.Trace;

/**
 * Sends mails, all of them on one event loop: where another thread takes part, vertx-mail-client may listen to a new connection
 * only after the greeting of the server (RFC 5321, 3.1) has come, and wait for it in vain.
 *
 * <p>A server that takes connections and never answers uses up the client's ten: it has no time limit of its own.
 */
@Singleton
public class Mails {
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private final ReactiveMailer mailer;
    private final Context eventLoop;

    Mails(ReactiveMailer mailer, Vertx vertx) {
        this.mailer = mailer;
        // Made within the first request, whose own context ends with it.
        this.eventLoop = VertxContext.getRootContext(vertx.getOrCreateContext());
    }

    /**
     * Blocks until the server has taken the mail.
     *
     * @throws Unavailable if it may take it later
     * @throws Refused if it never will
     */
    public void send(Mail mail) {
        Trace.call("send mail", () -> {
            Unavailable.run(
                    "SMTP_HOST",
                    () -> mailer.send(mail)
                            .runSubscriptionOn(task -> eventLoop.runOnContext(_ -> task.run()))
                            .await()
                            .atMost(TIMEOUT));
            return null;
        });
    }
}
