/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import shop.kit.Sweep;

/**
 * Records the expiry of overdue orders, which reads know by the clock anyway: at the sweep, after other requests, and when an
 * instance has become ready. The pause between two runs is this process' own, so it is measured by its timer.
 */
@ApplicationScoped
public class Expiry implements Sweep {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    private static final int BATCH = 100;
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final Orders orders;
    private final Vertx vertx;
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    Expiry(Orders orders, Vertx vertx) {
        this.orders = orders;
        this.vertx = vertx;
    }

    @Override
    public void sweep() {
        expire(Integer.MAX_VALUE);
    }

    /** Each order in a transaction of its own, so that no order waits for the stock of another. */
    @ActivateRequestContext
    void expire(int limit) {
        int expired = 0;
        while (expired < limit && orders.expireNext()) {
            expired++;
        }
    }

    void afterStart(@Observes StartupEvent started) {
        vertx.setTimer(Duration.ofSeconds(1).toMillis(), timer -> inBackground());
    }

    @ServerResponseFilter
    public void afterRequest() {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + PAUSE)) {
            inBackground();
        }
    }

    private void inBackground() {
        Thread.startVirtualThread(() -> {
            try {
                expire(BATCH);
            } catch (RuntimeException e) {
                LOG.warnf("Expired orders are left to the next request: %s", e.getMessage());
            }
        });
    }
}
