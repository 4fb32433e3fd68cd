/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Function;
import shop.kit.Sweep;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/**
 * Makes an operation happen once for each {@code Idempotency-Key}. The key is recorded in the transaction of the effect:
 * both are there, or neither. Of two requests that arrive together the second waits for the first one's commit. A key's
 * age is measured by the clocks of the instances, whose differences are small against its 24 hours.
 */
@ApplicationScoped
public class IdempotencyKeys implements Sweep {
    public static final String HEADER = "Idempotency-Key";
    static final int LONGEST = 255;

    /** A key past its 24 hours counts as never seen. */
    private static final String CLAIM = """
            insert into idempotency_keys (caller, operation, key, request, created_at) values ($1, $2, $3, $4, $5)
            on conflict (caller, operation, key) do update set request = excluded.request, created_at = excluded.created_at
            where idempotency_keys.created_at < excluded.created_at - interval '24 hours'""";

    private static final String RECORD = """
            update idempotency_keys set status = $4, location = $5, body = $6
            where caller = $1 and operation = $2 and key = $3""";

    private static final String FIND = """
            select request, status, location, body from idempotency_keys
            where caller = $1 and operation = $2 and key = $3""";

    private static final String FORGET_RESULT = "delete from idempotency_keys where location = $1";

    private static final String FORGET =
            "delete from idempotency_keys where created_at < $1::timestamptz - interval '24 hours'";

    private final Database database;
    private final ObjectMapper json;
    private final Clock clock;

    IdempotencyKeys(Database database, ObjectMapper json, Clock clock) {
        this.database = database;
        this.json = json;
        this.clock = clock;
    }

    /**
     * The answer of an operation, which its repetitions get, too.
     *
     * @param location of the result, or null
     */
    public record Answer(int status, URI location, Object body) {}

    /**
     * Does {@code work} in a transaction and returns its answer, or the answer to the first request with this key.
     * A problem that {@code work} throws leaves the key unused.
     *
     * @param operation method and path, such as {@code POST /orders}: another operation may use the same key
     */
    public Response once(UUID caller, String operation, String key, Object request, Function<Sql, Answer> work) {
        requireUsable(key);
        String hash = hash(request);
        return database.inTransaction(transaction -> {
            boolean first =
                    transaction.update(CLAIM, Tuple.of(caller, operation, key, hash, Sql.timestamp(clock.instant())))
                            == 1;
            return first
                    ? answerFirst(transaction, Tuple.of(caller, operation, key), work)
                    : answerAgain(transaction, Tuple.of(caller, operation, key), hash);
        });
    }

    /**
     * Forgets the requests whose answers name this location, with all that was in them. Before the row of the result is locked,
     * as in {@link #once}.
     */
    public void forget(Sql transaction, URI location) {
        transaction.update(FORGET_RESULT, Tuple.of(location.toString()));
    }

    @Override
    public void sweep() {
        database.doInTransaction(sql -> sql.update(FORGET, Tuple.of(Sql.timestamp(clock.instant()))));
    }

    private Response answerFirst(Sql transaction, Tuple id, Function<Sql, Answer> work) {
        Answer answer = work.apply(transaction);
        String location = answer.location() == null ? null : answer.location().toString();
        String body = write(answer.body());
        transaction.update(
                RECORD, id.addInteger(answer.status()).addString(location).addString(body));
        return respond(answer.status(), location, body);
    }

    private Response answerAgain(Sql transaction, Tuple id, String hash) {
        Row first = transaction.first(FIND, id, row -> row).orElseThrow();
        if (!hash.equals(first.getString("request"))) {
            throw Problem.because(
                    422,
                    "idempotency-key-reused",
                    "Idempotency key reused",
                    "This " + HEADER + " was sent with another body before; use a new key for a new request.",
                    new Problem.Fault(Problem.Place.header, HEADER, "belongs to another request"));
        }
        return respond(first.getInteger("status"), first.getString("location"), first.getString("body"));
    }

    private static Response respond(int status, String location, String body) {
        var response = Response.status(status).type(MediaType.APPLICATION_JSON).entity(body);
        return location == null
                ? response.build()
                : response.location(URI.create(location)).build();
    }

    /** A string of Structured Fields, as in the header's draft (RFC 9651, 3.3.3), has printable ASCII only. */
    private static void requireUsable(String key) {
        if (key == null
                || key.isBlank()
                || key.length() > LONGEST
                || !key.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw Problem.invalid(
                    Problem.Place.header,
                    HEADER,
                    "Send an " + HEADER + " of 1 to " + LONGEST
                            + " ASCII characters, new for each request and the same at each retry.");
        }
    }

    private String hash(Object request) {
        return HexFormat.of().formatHex(ETags.sha256().digest(write(request).getBytes(UTF_8)));
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
