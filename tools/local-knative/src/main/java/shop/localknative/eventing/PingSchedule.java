/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.PingSourceSpec;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import shop.localknative.console.StartException;
import shop.localknative.eventing.Sender.Refused;
import shop.localknative.manifests.Manifest;
import shop.localknative.tracing.Spans;

/** A PingSource: sends the same event whenever its cron says so. What it missed while it was down is not made up. */
record PingSchedule(
        String name,
        CronSchedule schedule,
        Message event,
        Sink sink,
        Sender sender,
        EventSpans spans,
        InstantSource clock)
        implements Runnable {
    private static final System.Logger LOG = System.getLogger(PingSchedule.class.getName());

    /** As Knative's (pkg/adapter/mtping/runner.go), which does not limit a request: a broker may answer after its subscribers. */
    private static final Retry RETRY =
            new Retry(5, true, Duration.ofMillis(100), Duration.ofMinutes(15), Duration.ofSeconds(10));

    /** A suspended machine's sleep does not end by the clock, so it must not be long. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static PingSchedule of(
            Manifest manifest, Sink.Resolver resolver, Sender sender, EventSpans spans, InstantSource clock) {
        PingSourceSpec spec = ((PingSource) manifest.resource()).getSpec();
        Sink sink = new Sink(manifest.resource(), spec.getSink(), resolver);
        String name = manifest.namespace() + "/" + manifest.name();
        return new PingSchedule(name, schedule(manifest, spec), event(manifest, spec), sink, sender, spans, clock);
    }

    @Override
    public void run() {
        try (ExecutorService pings = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                Optional<ZonedDateTime> next = schedule.next(clock.instant());
                while (next.isPresent()) {
                    sleepUntil(next.get());
                    pings.execute(this::ping); // The next one does not wait for its answer.
                    next = schedule.next(clock.instant());
                }
            } catch (InterruptedException e) {
                pings.shutdownNow(); // Eventing stops.
            }
        }
    }

    private void sleepUntil(ZonedDateTime time) throws InterruptedException {
        Duration left = Duration.between(clock.instant(), time);
        while (left.isPositive()) {
            Thread.sleep(Retry.shorter(left, LONGEST_SLEEP));
            left = Duration.between(clock.instant(), time);
        }
    }

    private void ping() {
        String id = UUID.randomUUID().toString();
        Message made = event.with("id", id).with("time", clock.instant().toString());
        Span span = spans.ping(name, made);
        Message ping = made.in(span);
        try {
            for (int attempt = 1; sender.ping(name, sink, ping, RETRY.timeout()) instanceof Refused r; attempt++) {
                Spans.answered(span, r.code(), 400);
                if (!r.retriable() || attempt > RETRY.retries()) {
                    LOG.log(
                            Level.ERROR,
                            "PingSource {0}: {1}: {2}; event {3} is lost",
                            name,
                            sink.url(),
                            r.reason(),
                            id);
                    return;
                }
                Thread.sleep(RETRY.backoff(attempt, r.retryAfter()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Eventing stops.
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "PingSource " + name + ": event " + id + " is lost", e);
        } finally {
            span.end();
        }
    }

    /** As the webhook takes it (pkg/apis/sources/v1/ping_validation.go), every minute by default (ping_defaults.go). */
    private static CronSchedule schedule(Manifest manifest, PingSourceSpec spec) {
        String schedule = cron(spec);
        try {
            return CronSchedule.parse(schedule, spec.getTimezone());
        } catch (DateTimeException e) {
            throw invalid(manifest, "timezone", e.getMessage());
        } catch (IllegalArgumentException e) {
            throw invalid(manifest, "schedule", "'%s': %s".formatted(schedule, e.getMessage()));
        }
    }

    static String cron(PingSourceSpec spec) {
        return spec.getSchedule() == null || spec.getSchedule().isEmpty() ? "* * * * *" : spec.getSchedule();
    }

    /** What a PingSource sends, at some time. */
    static CloudEvent example(Manifest manifest) {
        try {
            return event(manifest, ((PingSource) manifest.resource()).getSpec())
                    .with("id", "1")
                    .event();
        } catch (Message.Malformed e) {
            throw new IllegalStateException(e);
        }
    }

    /** All but the attributes that are different each time. */
    private static Message event(Manifest manifest, PingSourceSpec spec) {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "specversion", "1.0",
                "type", "dev.knative.sources.ping",
                "source", "/apis/v1/namespaces/%s/pingsources/%s".formatted(manifest.namespace(), manifest.name())));
        byte[] data = data(manifest, spec);
        if (data.length > 0
                && spec.getContentType() != null
                && !spec.getContentType().isEmpty()) {
            attributes.put("datacontenttype", spec.getContentType()); // makeEvent in runner.go: data alone has a type
        }
        if (spec.getCeOverrides() != null && spec.getCeOverrides().getExtensions() != null) {
            spec.getCeOverrides().getExtensions().forEach((given, value) -> {
                String name = given.toLowerCase(Locale.ROOT);
                if (!name.matches("[a-z0-9]+")
                        || SpecVersion.V1.getAllAttributes().contains(name)) {
                    throw manifest.problem(
                            "an extension attribute is expected: letters and digits, and not a name that CloudEvents gives"
                                    + " a meaning",
                            "spec",
                            "ceOverrides",
                            "extensions",
                            given);
                }
                attributes.put(name, value);
            });
        }
        return Message.of(attributes, data).sentIn(manifest.namespace());
    }

    /**
     * As Knative's webhook takes it (knative/eventing pkg/apis/sources/v1/ping_validation.go), in its words. The length is
     * not limited by default (config-ping-defaults).
     */
    private static byte[] data(Manifest manifest, PingSourceSpec spec) {
        String text = Objects.requireNonNullElse(spec.getData(), "");
        String base64 = Objects.requireNonNullElse(spec.getDataBase64(), "");
        if (!text.isEmpty() && !base64.isEmpty()) {
            throw invalid(manifest, "dataBase64", "expected exactly one, got both: data, dataBase64");
        }
        byte[] data = base64.isEmpty() ? text.getBytes(StandardCharsets.UTF_8) : decode(manifest, base64);
        if (data.length > 0 && "application/json".equals(spec.getContentType())) {
            requireObject(manifest, data, base64.isEmpty() ? "data" : "dataBase64");
        }
        return data;
    }

    /** As Go's StdEncoding: line breaks are skipped, and the padding must be there. */
    private static byte[] decode(Manifest manifest, String base64) {
        String line = base64.replaceAll("[\\r\\n]", "");
        try {
            if (line.length() % 4 == 0) {
                return Base64.getDecoder().decode(line);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw invalid(manifest, "dataBase64", "invalid value: illegal base64 data");
    }

    /** With exactly this content type; null passes, since Go unmarshals it into any map. */
    private static void requireObject(Manifest manifest, byte[] data, String field) {
        try {
            JsonNodeType type =
                    JSON.readTree(new String(data, StandardCharsets.UTF_8)).getNodeType();
            if (type != JsonNodeType.OBJECT && type != JsonNodeType.NULL) {
                throw invalid(
                        manifest,
                        field,
                        "invalid value: json: cannot unmarshal %s into Go value of type map[string]interface {}"
                                .formatted(
                                        type == JsonNodeType.BOOLEAN
                                                ? "bool"
                                                : type.name().toLowerCase(Locale.ROOT)));
            }
        } catch (IOException e) {
            throw invalid(
                    manifest,
                    field,
                    "invalid value: not JSON: "
                            + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    private static StartException invalid(Manifest manifest, String field, String message) {
        return manifest.problem(message, "spec", field);
    }
}
