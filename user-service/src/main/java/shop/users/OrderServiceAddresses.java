/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ClientErrorException;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The addresses of the order-service: one, or as many as there are clusters or regions that it runs in. Calls take turns; an
 * address that fails is asked last for some seconds.
 */
@Startup // so that a wrong address is told at the start, not at the first call
@Singleton
class OrderServiceAddresses {
    private static final Logger LOG = Logger.getLogger(OrderServiceAddresses.class);
    private static final Duration AVOIDED = Duration.ofSeconds(5);

    private final List<URI> all;
    private final AtomicInteger turn = new AtomicInteger();

    /** When, by {@link System#nanoTime}, an address last failed that has not answered since. */
    private final Map<URI, Long> failed = new ConcurrentHashMap<>();

    OrderServiceAddresses(@ConfigProperty(name = "shop.order-service") List<URI> all) {
        for (URI address : all) {
            if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())
                    || address.getHost() == null) {
                throw new IllegalArgumentException(
                        "ORDER_SERVICE_URL must be a URL such as http://order-service, or several with commas, not "
                                + address);
            }
        }
        this.all = List.copyOf(all);
    }

    /**
     * The first answer that an address gives to a call that is safe, so that it can be sent to the next one although the one
     * before may have got it (RFC 9110, 9.2.2). A client error is an answer.
     */
    <T> T ask(Function<URI, T> safeCall) {
        Iterator<URI> candidates = inTurn().iterator();
        while (true) {
            URI address = candidates.next();
            try {
                T answer = safeCall.apply(address);
                failed.remove(address);
                return answer;
            } catch (ClientErrorException e) {
                failed.remove(address);
                throw e;
            } catch (RuntimeException e) {
                if (failed.put(address, System.nanoTime()) == null) {
                    LOG.warnf("The order-service at %s fails: %s", address, e);
                }
                if (!candidates.hasNext() || isTimeOut(e)) {
                    throw e;
                }
            }
        }
    }

    private List<URI> inTurn() {
        int first = turn.getAndIncrement();
        return IntStream.range(0, all.size())
                .mapToObj(i -> all.get(Math.floorMod(first + i, all.size())))
                .sorted(Comparator.comparing(this::failedLately))
                .toList();
    }

    private boolean failedLately(URI address) {
        Long when = failed.get(address);
        return when != null && System.nanoTime() - when < AVOIDED.toNanos();
    }

    /** Nobody waits for the answer any more. */
    private static boolean isTimeOut(RuntimeException e) {
        return e.getCause() instanceof InterruptedException;
    }
}
