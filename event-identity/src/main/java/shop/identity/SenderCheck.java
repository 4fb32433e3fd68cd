/* SPDX-License-Identifier: Apache-2.0 */
package shop.identity;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;

/** Lets the requests of known Triggers pass. Its place is before everything that reads a request. */
public final class SenderCheck implements Handler<RoutingContext> {
    private final Trust trust;
    private final BiConsumer<RoutingContext, Verdict.Unknown> refusal;
    private Senders senders;

    /** @param refusal answers all others */
    public SenderCheck(Trust trust, BiConsumer<RoutingContext, Verdict.Unknown> refusal) {
        this.trust = trust;
        this.refusal = refusal;
    }

    /** Verifies on a worker thread, since keys may have to be fetched. */
    @Override
    public void handle(RoutingContext context) {
        String authorization = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        context.request().pause(); // what comes meanwhile is for those who read it
        context.vertx()
                .executeBlocking(() -> senders().verify(authorization), false)
                .onSuccess(verdict -> {
                    context.request().resume();
                    switch (verdict) {
                        case Verdict.Known _ -> context.next();
                        case Verdict.Unknown unknown -> refusal.accept(context, unknown);
                    }
                })
                .onFailure(context::fail);
    }

    /** Made for the first event, not at the start of the process. */
    private synchronized Senders senders() {
        if (senders == null) {
            senders = new Senders(trust);
        }
        return senders;
    }
}
