/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * The preconditions of a request (RFC 9110, 13): whoever changes something calls {@link #require} with the tag of what is there
 * while that is locked. Those of reading are evaluated for every resource by {@link ConditionalReads}. There are no dates of
 * modification, so those of If-Modified-Since and If-Unmodified-Since are ignored, as 13.1.3 and 13.1.4 ask for.
 */
public class Preconditions {
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"[\\x21\\x23-\\x7e\\x80-\\xff]*\"");
    /** A recipient takes empty elements, too (RFC 9110, 5.6.1.2). */
    private static final Pattern LIST = Pattern.compile("[ \t,]*%1$s[ \t]*(,[ \t,]*(%1$s[ \t]*)?)*".formatted(TAG));

    @HeaderParam(HttpHeaders.IF_MATCH)
    @Parameter(
            description = "ETags of the states to which this applies, or * for any",
            schema = @Schema(type = SchemaType.STRING))
    List<String> ifMatch;

    @HeaderParam(HttpHeaders.IF_NONE_MATCH)
    @Parameter(
            description = "ETags of the states to which this does not apply, or * for any",
            schema = @Schema(type = SchemaType.STRING))
    List<String> ifNoneMatch;

    static Preconditions of(List<String> ifMatch, List<String> ifNoneMatch) {
        Preconditions preconditions = new Preconditions();
        preconditions.ifMatch = ifMatch;
        preconditions.ifNoneMatch = ifNoneMatch;
        return preconditions;
    }

    /** Throws a 428 problem (RFC 6585, 3) when the request does not tell the state that its change was made from. */
    public void requireIfMatch() {
        if (isAbsent(ifMatch) || String.join("", ifMatch).isBlank()) {
            throw Problem.because(
                    428,
                    "precondition-required",
                    "Precondition required",
                    "Send If-Match with the ETag of the state that the change was made from.",
                    new Problem.Fault(Problem.Place.header, HttpHeaders.IF_MATCH, "missing"));
        }
    }

    /**
     * Throws a 412 problem when the request is not meant for this state (13.2.2).
     *
     * @param current the tag of what is there; null if nothing is
     */
    public void require(String current) {
        requireMatch(current);
        if (!noneMatches(current)) {
            throw failed(HttpHeaders.IF_NONE_MATCH, current);
        }
    }

    /** By strong comparison, to which no weak tag is equal (13.1.1). */
    void requireMatch(String current) {
        if (!isAbsent(ifMatch) && !names(HttpHeaders.IF_MATCH, ifMatch, current, tag -> tag)) {
            throw failed(HttpHeaders.IF_MATCH, current);
        }
    }

    /** By weak comparison: a cache may have weakened the tag (13.1.2). */
    boolean noneMatches(String current) {
        return isAbsent(ifNoneMatch)
                || !names(HttpHeaders.IF_NONE_MATCH, ifNoneMatch, current, tag -> tag.substring(tag.indexOf('"')));
    }

    private static boolean names(String header, List<String> values, String current, UnaryOperator<String> comparison) {
        String list = String.join(",", values).strip();
        if (list.equals("*")) {
            return current != null;
        }
        if (!LIST.matcher(list).matches()) {
            throw Problem.invalid(
                    Problem.Place.header,
                    header,
                    header + " must be * or a list of ETags in their quotes, such as \"1\".");
        }
        return TAG.matcher(list)
                .results()
                .map(MatchResult::group)
                .map(comparison)
                .anyMatch(tag -> tag.equals(current));
    }

    private static boolean isAbsent(List<String> header) {
        return header == null || header.isEmpty();
    }

    private static ProblemException failed(String header, String current) {
        return Problem.because(
                412,
                "precondition-failed",
                "Precondition failed",
                current == null
                        ? "There is nothing yet; send no " + header + " to create it."
                        : "It is not in the state that the request is meant for; read it again and go on from there.",
                new Problem.Fault(
                        Problem.Place.header,
                        header,
                        current == null ? "nothing is there" : "is " + current + " by now"));
    }
}
