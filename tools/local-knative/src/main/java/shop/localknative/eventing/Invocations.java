/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What became of the events that were sent to each service since local-knative was started: every attempt, and dead letters,
 * too. Safe for any thread.
 */
public final class Invocations {
    private static final int KEPT = 1000;

    /** @param code the HTTP status, or what stands for none (see {@link Sender}) */
    public record Invocation(Instant time, String type, String id, int code, Duration duration) {}

    /**
     * @param codes how often there was each
     * @param latest the latest thousand, the last one first
     */
    public record Summary(Map<Integer, Long> codes, List<Invocation> latest) {
        static final Summary NONE = new Summary(Map.of(), List.of());

        /** The shortest that {@code percent} of the latest have not passed; empty if there was none. */
        public Optional<Duration> percentile(int percent) {
            return latest.stream()
                    .map(Invocation::duration)
                    .sorted()
                    .skip(Math.max(0, (latest.size() * percent + 99L) / 100 - 1))
                    .findFirst();
        }
    }

    private static final class Service {
        private final Map<Integer, Long> codes = new TreeMap<>();
        private final Deque<Invocation> latest = new ArrayDeque<>();

        synchronized void add(Invocation invocation) {
            codes.merge(invocation.code(), 1L, Long::sum);
            latest.addFirst(invocation);
            if (latest.size() > KEPT) {
                latest.removeLast();
            }
        }

        synchronized Summary summary() {
            return new Summary(new TreeMap<>(codes), List.copyOf(latest));
        }
    }

    private final Map<String, Service> services = new ConcurrentHashMap<>();

    void add(URI service, Invocation invocation) {
        services.computeIfAbsent(service.getHost(), host -> new Service()).add(invocation);
    }

    /** @param host of the service, within the cluster */
    public Summary of(String host) {
        return Optional.ofNullable(services.get(host)).map(Service::summary).orElse(Summary.NONE);
    }
}
