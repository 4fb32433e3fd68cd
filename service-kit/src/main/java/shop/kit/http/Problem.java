/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.text.Text;

/**
 * The body of every error (RFC 9457, {@code application/problem+json}). What it quotes of the request is
 * {@linkplain Text#printable printable}.
 *
 * @param type a URI for each kind of error, never changed, so that clients can branch on it
 * @param title the kind of error in words
 * @param status the HTTP status
 * @param detail this occurrence in words, and the way out of it
 * @param errors the parts of the request at fault; absent if the fault is in none of them
 */
@RegisterForReflection // no resource returns one, so Quarkus does not see that Jackson writes it
@Schema(description = "RFC 9457 problem details")
public record Problem(
        @Schema(format = "uri", description = "The kind of error, for programs to branch on")
        String type,

        @Schema(description = "The kind of error in words") String title,
        @Schema(minimum = "400", maximum = "599") int status,

        @Schema(description = "This occurrence in words, and the way out of it")
        String detail,

        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(description = "The parts of the request at fault; absent if the fault is in none of them")
        List<Fault> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";
    static final String TYPES = "https://shop.example/problems/";

    /** The place of a fault, as OpenAPI names the places of a parameter. */
    public enum Place {
        body,
        header,
        query,
        path
    }

    /**
     * One part of a request at fault.
     *
     * @param in the place
     * @param name of the header, parameter or member; {@code lines[0].quantity} for a nested one
     * @param message the fault in words, and the expectation
     */
    public record Fault(Place in, String name, String message) {
        public Fault {
            name = Text.printable(name);
            message = Text.printable(message);
        }
    }

    public Problem {
        detail = Text.printable(detail);
    }

    /** The problem {@code slug} as an exception, to be thrown. */
    public static ProblemException because(int status, String slug, String title, String detail, Fault... faults) {
        return new ProblemException(new Problem(TYPES + slug, title, status, detail, List.of(faults)));
    }

    /** One that passes: 503, with the time after which trying again makes sense. */
    public static ProblemException unavailable(String slug, String title, String detail, Duration retryAfter) {
        return new ProblemException(new Problem(TYPES + slug, title, 503, detail, List.of()), retryAfter);
    }

    public static ProblemException notFound(String what, Object id) {
        return because(404, "not-found", "Not found", "There is no " + what + " " + id + ".");
    }

    public static ProblemException forbidden(String detail) {
        return because(403, "forbidden", "Forbidden", detail);
    }

    /** A request that can't be read: 400, with the place and what was expected there. */
    public static ProblemException invalid(Place in, String name, String message) {
        return because(400, "invalid-request", "Invalid request", message, new Fault(in, name, message));
    }
}
