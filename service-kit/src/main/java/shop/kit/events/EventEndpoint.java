/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.http.HttpMessageFactory;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import shop.cloudevents.AttributeText;
import shop.cloudevents.HeaderValue;
import shop.events.EventTypes;
import shop.events.ShopEvent;
import shop.kit.Sweep;
import shop.kit.http.MediaTypes;
import shop.kit.http.Problem;
import shop.kit.http.ProblemException;
import shop.text.Text;
import shop.text.TextReader;
import shop.tracing.Trace;

/**
 * Receives CloudEvents over HTTP (CloudEvents HTTP Protocol Binding 1.0, binary and structured mode). Answers 204 when the
 * event was handled, 400 when it can't be read, which a broker does not retry, and lets faults become 5xx, which it does.
 */
@ApplicationScoped
public class EventEndpoint {
    private static final Logger LOG = Logger.getLogger(EventEndpoint.class);

    private static final int LONGEST_KEY = 2048;
    private static final Pattern CLASS = Pattern.compile("\\w+\\.\\w+\\.\\w+");

    private final ObjectMapper json;
    private final List<Sweep> sweeps;

    EventEndpoint(ObjectMapper json, @All List<Sweep> sweeps) {
        this.json = json.copy().registerModule(TextReader.module(Text::unicode));
        this.sweeps = sweeps;
    }

    /** Hands the event to {@code handler}; a ping of the schedule starts the sweeps instead. */
    public Response receive(HttpHeaders headers, byte[] body, Consumer<CloudEvent> handler) {
        MediaTypes.requireEvent(headers, body);
        CloudEvent event = parse(headers.getRequestHeaders(), body);
        requireRecordable(event);
        return Trace.handle("CloudEvents Process " + event.getType(), StoredEvent.attributes(event)::getString, () -> {
            handle(event, handler);
            return Response.noContent().build();
        });
    }

    private void handle(CloudEvent event, Consumer<CloudEvent> handler) {
        LogFields.put(event);
        if (event.getType().equals(EventTypes.PING)) {
            sweep();
        } else {
            handler.accept(event);
        }
        LOG.infof(
                "Event %s %s of %s about %s handled",
                event.getType(), event.getId(), event.getSource(), event.getSubject());
    }

    /** Runs all sweeps, whatever becomes of the others, and fails if any of them did: then the ping comes again. */
    private void sweep() {
        RuntimeException failure = null;
        for (Sweep sweep : sweeps) {
            try {
                sweep.sweep();
            } catch (RuntimeException e) {
                LOG.warnf("Sweep %s failed: %s", sweep.getClass().getSimpleName(), e.getMessage());
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
            LogFields.forget();
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** The event that this request carries; a 400 problem when it carries none. */
    public static CloudEvent parse(MultivaluedMap<String, String> headers, byte[] body) {
        try {
            return HttpMessageFactory.createReader(
                            header -> headers.forEach((name, values) -> header.accept(
                                    name,
                                    HeaderValue.isAttribute(name)
                                            ? HeaderValue.decode(values.getFirst())
                                            : values.getFirst())),
                            body)
                    .toEvent();
        } catch (RuntimeException e) { // of any type: the same bytes will never be an event
            throw notAnEvent("The request carries no CloudEvent: " + reason(e));
        }
    }

    /** A library's message, unless it names a class of the library. */
    private static String reason(RuntimeException e) {
        String message =
                e.getCause() instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return message == null || CLASS.matcher(message).find()
                ? "it must be one JSON object with the attributes as members, each of its type, or have them as ce- headers."
                : message;
    }

    /** Text of CloudEvents 1.0, 3.1. An inbox keeps {@code source} and {@code id}, in an index, whose entries are limited. */
    private static void requireRecordable(CloudEvent event) {
        Stream.concat(event.getAttributeNames().stream(), event.getExtensionNames().stream())
                .filter(name -> !AttributeText.isValid(String.valueOf(
                        event.getAttributeNames().contains(name)
                                ? event.getAttribute(name)
                                : event.getExtension(name))))
                .findFirst()
                .ifPresent(name -> {
                    throw notAnEvent(
                            name + " must not contain control characters, halves of surrogate pairs or noncharacters.");
                });
        if ((event.getSource() + event.getId()).getBytes(UTF_8).length > LONGEST_KEY) {
            throw notAnEvent("source and id must not be longer than " + LONGEST_KEY + " bytes together.");
        }
    }

    private static ProblemException notAnEvent(String detail) {
        return Problem.because(400, "not-a-cloudevent", "Not a CloudEvent", detail);
    }

    /** The event's data; members that the type does not know are ignored, data that can't be read is a 400 problem. */
    public <T extends ShopEvent> T data(CloudEvent event, Class<T> type) {
        if (event.getData() == null) {
            throw Problem.invalid(Problem.Place.body, "data", "An event " + event.getType() + " has data.");
        }
        try {
            T data = json.readerFor(type)
                    .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .readValue(event.getData().toBytes());
            if (data == null) {
                throw Problem.invalid(Problem.Place.body, "data", "The data of " + event.getType() + " is null.");
            }
            LogFields.put(data);
            return data;
        } catch (JsonMappingException e) {
            String member =
                    e.getPath().isEmpty() ? "data" : e.getPath().getLast().getFieldName();
            String fault = e instanceof TextReader.Refused text
                    ? text.getOriginalMessage()
                    : "is missing or of the wrong type";
            throw Problem.invalid(Problem.Place.body, member, member + " of " + event.getType() + " " + fault + ".");
        } catch (IOException e) {
            throw Problem.invalid(Problem.Place.body, "data", "The data of " + event.getType() + " is not JSON.");
        }
    }
}
