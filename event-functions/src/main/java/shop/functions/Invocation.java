/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.funqy.knative.events.CloudEvent;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import shop.cloudevents.AttributeText;
import shop.edge.EventLag;
import shop.events.EventTypes;
import shop.settings.Settings;
import shop.text.TextReader;
import shop.tracing.Trace;

/** Interceptor of every function: checks the event, then logs and times the outcome. */
@Handles({})
@Interceptor
@Priority(Interceptor.Priority.APPLICATION)
class Invocation {
    private static final Logger LOG = Logger.getLogger(Invocation.class);
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry meters;
    private final Clock clock;
    private final Settings settings;
    private final Exchange exchange;

    Invocation(MeterRegistry meters, Clock clock, Settings settings, ObjectMapper json) {
        this.meters = meters;
        this.clock = clock;
        this.settings = settings;
        this.exchange = new Exchange(json);
    }

    @AroundInvoke
    Object invoke(InvocationContext invocation) throws Exception {
        String function = invocation.getMethod().getName();
        CloudEvent<?> event = (CloudEvent<?>) invocation.getParameters()[0];
        return Trace.handle(function, name -> attribute(event, name), () -> invoke(invocation, function, event));
    }

    private Object invoke(InvocationContext invocation, String function, CloudEvent<?> event) throws Exception {
        long start = System.nanoTime();
        Object data = null;
        LogFields.put(event);
        try {
            check(event, List.of(invocation.getInterceptorBinding(Handles.class).value()));
            data = event.data();
            LogFields.put(data);
            Object result = invocation.proceed();
            CloudEvent<?> reply = result instanceof CloudEvent<?> answer ? answer : null;
            // The reply's type is what the function decided.
            String outcome = reply == null ? "done" : reply.type();
            String more = exchange(function, event, data, reply == null ? 204 : 200, reply);
            EventLag.record(meters, EventTypes.labelOf(event.type()), event.time(), clock.instant());
            record(function, event, outcome, start, Logger.Level.INFO, more);
            return result;
        } catch (Exception e) {
            Fault fault = Fault.of(e);
            String more = " " + fault.detail() + exchange(function, event, data, fault.status(), null);
            record(function, event, fault.outcome(), start, Logger.Level.WARN, more);
            throw e;
        } finally {
            LogFields.clear();
        }
    }

    /** Nothing unless the operator asks for it. */
    private String exchange(String function, CloudEvent<?> event, Object data, int status, CloudEvent<?> reply) {
        return settings.get(FunctionSettings.LOGGED).contains(function)
                ? " " + exchange.masked(event, data, status, reply)
                : "";
    }

    private static String attribute(CloudEvent<?> event, String name) {
        return switch (name) {
            case "id" -> event.id();
            case "source" -> event.source();
            case "type" -> event.type();
            case "subject" -> event.subject();
            default -> event.extensions().get(name);
        };
    }

    private static void check(CloudEvent<?> event, List<String> types) {
        if (!"1.0".equals(event.specVersion())) {
            throw new InvalidEvent("specversion", "must be 1.0");
        }
        attribute("id", event.id());
        attribute("source", event.source());
        attribute("type", event.type());
        if (event.subject() != null) {
            attribute("subject", event.subject());
        }
        if (!types.contains(event.type())) {
            throw new InvalidEvent("type", "must be one of " + types + "; mend the filter of the trigger");
        }
        if (data(event) == null) {
            throw new InvalidEvent("data", "is missing");
        }
    }

    private static void attribute(String name, String value) {
        if (value == null || value.isEmpty()) {
            throw new InvalidEvent(name, "is missing");
        }
        if (!AttributeText.isValid(value)) {
            throw new InvalidEvent(
                    name, "must not contain control characters, halves of surrogate pairs or noncharacters");
        }
    }

    /** Funqy reads the data at the first call, and keeps it. */
    private static Object data(CloudEvent<?> event) {
        try {
            return event.data();
        } catch (NullPointerException | IllegalArgumentException e) {
            throw new InvalidEvent("data", "is missing");
        } catch (RuntimeException e) {
            throw switch (e.getCause()) {
                case TextReader.Refused text -> new InvalidEvent(pathOf(text), text.getOriginalMessage());
                case MismatchedInputException mismatch ->
                    new InvalidEvent(pathOf(mismatch), "must be " + expected(mismatch.getTargetType()));
                case null, default -> new InvalidEvent("data", "must be JSON, and the event's content type say so");
            };
        }
    }

    private static String expected(Class<?> type) {
        if (type == UUID.class) {
            return "a UUID";
        }
        if (type == String.class) {
            return "text";
        }
        if (type.isEnum()) {
            return "one of the values that are known here";
        }
        if (type == Instant.class) {
            return "a point in time (RFC 3339)";
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type)
                ? "a number"
                : "of another type, see its schema";
    }

    private static String pathOf(MismatchedInputException mismatch) {
        return mismatch.getPath().stream()
                .map(step -> "." + step.getFieldName())
                .collect(Collectors.joining("", "data", ""));
    }

    private void record(
            String function, CloudEvent<?> event, String outcome, long start, Logger.Level level, String detail) {
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        LOG.logf(
                level,
                "function=%s id=%s type=%s source=%s subject=%s outcome=%s duration=%dms%s",
                function,
                Exchange.shown("id", event.id()),
                Exchange.shown("type", event.type()),
                Exchange.shown("source", event.source()),
                Exchange.shown("subject", event.subject()),
                outcome,
                duration.toMillis(),
                detail);
        Timer.builder("function.invocations")
                .description("How long the functions took, by what became of the event")
                .tags("function", function, "outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(meters)
                .record(duration);
    }
}
