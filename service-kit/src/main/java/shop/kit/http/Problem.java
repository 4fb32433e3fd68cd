package shop.kit.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What every error answers (RFC 9457, {@code application/problem+json}).
 *
 * @param type stable, one for each kind of error; what a client may branch on
 * @param title the kind of error in words
 * @param status the HTTP status
 * @param detail what happened in this case, and what to do
 * @param errors the parts of the request at fault, where there are any
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@RegisterForReflection // no resource returns one, so Quarkus does not see that Jackson writes it
@Schema(description = "RFC 9457 problem details")
public record Problem(String type, String title, int status, String detail, List<Fault> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";
    static final String TYPES = "https://shop.example/problems/";

    /** Where a fault is, as OpenAPI names the places of a parameter. */
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
     * @param message what is wrong with it, and what was expected
     */
    public record Fault(Place in, String name, String message) {}

    /** The problem {@code slug} as an exception, to be thrown. */
    public static ProblemException because(int status, String slug, String title, String detail, Fault... faults) {
        return new ProblemException(new Problem(TYPES + slug, title, status, detail, List.of(faults)));
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
