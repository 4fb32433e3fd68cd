/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import static io.restassured.RestAssured.given;
import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.testkit.CloudEvents.binary;
import static shop.testkit.Problems.problem;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.events.EventTypes;
import shop.testkit.MortalPostgresResource;

/**
 * A database that is away, busy or cut off: 503 (RFC 9110, 15.6.4) at once, with Retry-After (10.2.3), and everything as before
 * when it is back. Knative's brokers repeat what is answered by 503 (knative/eventing, kncloudevents.SelectiveRetry).
 */
@QuarkusTest
@TestProfile(DatabaseUnavailableTest.Impatient.class)
class DatabaseUnavailableTest {
    private static final int CONNECTIONS = 4;
    private static final UUID NOTHING = UUID.randomUUID();

    public static class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.datasource.reactive.max-size", Integer.toString(CONNECTIONS),
                    "quarkus.datasource.reactive.additional-properties.lock_timeout", "1s",
                    "quarkus.datasource.reactive.additional-properties.statement_timeout", "2s",
                    "shop.database.connect", "1S",
                    "shop.database.connection", "1S",
                    "shop.database.answer", "3S");
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(
                    MortalPostgresResource.class,
                    Map.of("migrations", "service-kit/src/test/resources/migrations"),
                    true));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    MortalPostgresResource postgres;

    @BeforeEach
    void started() {
        isBack();
        await().until(() ->
                given().port(postgres.managementPort()).get("/q/health/ready").statusCode() == 200);
    }

    /** 57P01, in the middle of a transaction. */
    @Test
    void transactionThatAnOperatorEndsIsUnavailableAtOnce() throws SQLException {
        try (Connection other = postgres.connect()) {
            CompletableFuture<Response> waiting =
                    waitingFor(other, UUID.randomUUID().toString());
            await().until(() -> isTrue("""
                    select coalesce(bool_and(pg_terminate_backend(pid)), false) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'"""));
            unavailable(waiting.join());
        }
        isBack();
    }

    @Test
    void connectionsThatAnOperatorEndsFailOneRequestEachAtMost() throws SQLException {
        read().then().statusCode(404);
        onServer("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                + " and datname = current_database()");
        assertTrue(List.of(404, 503).contains(read().statusCode()));
        isBack();
    }

    /** PostgreSQL then ends all connections (57P02) and lets nobody in until it has recovered (57P03). */
    @Test
    void killedBackendIsUnavailableAtMost() throws SQLException {
        List<Integer> seen = new ArrayList<>();
        try (Connection other = postgres.connect()) {
            long backend = number(other, "select pg_backend_pid()");
            CompletableFuture<Response> waiting =
                    waitingFor(other, UUID.randomUUID().toString());
            ProcessHandle.of(backend).orElseThrow().destroyForcibly();
            seen.add(waiting.join().statusCode());
            await().until(() -> {
                seen.add(read().statusCode());
                return seen.getLast() == 404;
            });
        }
        assertTrue(seen.stream().allMatch(status -> List.of(201, 404, 503).contains(status)), seen.toString());
        isBack();
    }

    @Test
    void killedServerIsUnavailableUntilItIsBack() {
        read().then().statusCode(404);
        ProcessHandle postmaster = postgres.postmaster();
        List<ProcessHandle> backends = postmaster.children().toList();
        postmaster.destroyForcibly();
        await().until(() ->
                Stream.concat(Stream.of(postmaster), backends.stream()).noneMatch(ProcessHandle::isAlive));
        try {
            unavailable(read());
            unavailable(write("refused"));
            unavailable(event());
        } finally {
            postgres.restart();
        }
        isBack();
    }

    @Test
    void instanceIsReadyWithoutAskingTheDatabaseOnceItHasSeenTheSchema() throws SQLException {
        postgres.shutDown();
        try {
            ready();
            unavailable(read());
        } finally {
            postgres.restart();
        }
        isBack();
    }

    /** Neither an end of the connection nor an error tells of a machine that is cut off: only the limit of the client does. */
    @Test
    void frozenServerIsUnavailable() {
        postgres.signalAll("STOP");
        try {
            ready();
            unavailable(read());
            unavailable(write("frozen"));
        } finally {
            postgres.signalAll("CONT");
        }
        isBack();
    }

    @Test
    void serverWithTooManyConnectionsIsUnavailable() throws SQLException {
        onServer("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                + " and datname = current_database()");
        List<Connection> others = new ArrayList<>();
        try {
            SQLException full = null;
            while (full == null) {
                try {
                    others.add(postgres.connect());
                } catch (SQLException e) {
                    full = e;
                }
            }
            assertEquals("53300", full.getSQLState());
            unavailable(read());
        } finally {
            for (Connection other : others) {
                other.close();
            }
        }
        isBack();
    }

    @Test
    void serverThatOnlyReadsIsUnavailableForChanges() throws SQLException {
        readOnly("on");
        try {
            read().then().statusCode(404);
            unavailable(write("read-only"));
            unavailable(event());
        } finally {
            readOnly("off");
        }
        isBack();
    }

    /** The SQLSTATEs of PostgreSQL, appendix A, by which it ends what may succeed at the next attempt. */
    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01", "53100", "53200", "55P03", "57014", "58030", "25006", "08006"})
    void whatPassesIsUnavailable(String state) throws SQLException {
        raising(state);
        unavailable(write(state));
    }

    @ParameterizedTest
    @ValueSource(strings = {"23514", "22001", "42P01", "XX000"})
    void whatWouldFailAgainIsAnError(String state) throws SQLException {
        raising(state);
        problem(write(state), 500, "internal-error");
    }

    @Test
    void lockedRowStopsNoReader() throws SQLException {
        String key = UUID.randomUUID().toString();
        try (Connection other = postgres.connect()) {
            List<CompletableFuture<Response>> waiting = Stream.generate(() -> key)
                    .limit(3 * CONNECTIONS)
                    .map(same -> waitingFor(other, same))
                    .toList();
            read().then().statusCode(404).time(lessThan(900L));
            ready();
            waiting.forEach(write -> unavailable(write.join()));
        }
        assertEquals(201, write(key, "after the lock").statusCode());
    }

    /** Whichever of the sweeps is the first. */
    @ParameterizedTest
    @ValueSource(strings = {"inbox", "idempotency_keys"})
    void sweepThatFailsSkipsNoOtherAndIsRepeated(String locked) throws SQLException {
        onServer("insert into inbox values ('/old', 'old', now() - interval '100 days') on conflict do nothing");
        onServer("insert into idempotency_keys values ('" + NOTHING + "', 'old', 'old', '', null, null, null,"
                + " now() - interval '100 days') on conflict do nothing");
        try (Connection other = postgres.connect()) {
            other.setAutoCommit(false);
            execute(other, "lock table " + locked);
            unavailable(ping());
        }
        assertEquals(locked.equals("inbox"), isTrue("select exists (select from inbox where id = 'old')"));
        assertEquals(
                locked.equals("idempotency_keys"),
                isTrue("select exists (select from idempotency_keys where key = 'old')"));
        ping().then().statusCode(204);
        assertFalse(isTrue("select exists (select from inbox where id = 'old')"));
        assertFalse(isTrue("select exists (select from idempotency_keys where key = 'old')"));
    }

    private Response ping() {
        return binary(EventTypes.PING, "/schedule", UUID.randomUUID().toString())
                .post("/events");
    }

    private Response read() {
        return given().get("/effects/" + NOTHING);
    }

    private Response write(String text) {
        return write(UUID.randomUUID().toString(), text);
    }

    private Response write(String key, String text) {
        return given().contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(Map.of("text", text, "times", 1))
                .post("/effects");
    }

    private Response event() {
        return binary(EventTypes.USER_DELETED, "/test", UUID.randomUUID().toString())
                .contentType(ContentType.JSON)
                .body(Map.of("userId", UUID.randomUUID(), "deletedAt", "2026-01-01T00:00:00Z"))
                .post("/events");
    }

    private static void unavailable(Response response) {
        problem(response, 503, "database-unavailable").header("Retry-After", "2");
    }

    private void isBack() {
        await().untilAsserted(() -> {
            read().then().statusCode(404);
            write("back").then().statusCode(201);
        });
    }

    private void ready() {
        given().port(postgres.managementPort())
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .time(lessThan(900L));
    }

    /** A request that waits for the lock of an idempotency key, which {@code other} holds. */
    private CompletableFuture<Response> waitingFor(Connection other, String key) {
        try {
            if (other.getAutoCommit()) {
                UUID caller = callerOf();
                other.setAutoCommit(false);
                execute(
                        other,
                        "insert into idempotency_keys (caller, operation, key, request) values ('" + caller
                                + "', 'POST /effects', '" + key + "', '')");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return supplyAsync(() -> write(key, "waits"), Thread::startVirtualThread);
    }

    private UUID callerOf() throws SQLException {
        write("known").then().statusCode(201);
        try (Connection other = postgres.connect();
                Statement statement = other.createStatement();
                ResultSet keys = statement.executeQuery("select caller from idempotency_keys limit 1")) {
            assertTrue(keys.next());
            return keys.getObject(1, UUID.class);
        }
    }

    private void readOnly(String mode) throws SQLException {
        try (Connection other = postgres.connect()) {
            execute(other, "set default_transaction_read_only = off");
            execute(other, "alter system set default_transaction_read_only = " + mode);
            execute(other, "select pg_reload_conf()");
            await().untilAsserted(() -> {
                try (Connection next = postgres.connect();
                        Statement statement = next.createStatement();
                        ResultSet shown = statement.executeQuery("show default_transaction_read_only")) {
                    shown.next();
                    assertEquals(mode, shown.getString(1));
                }
            });
        }
    }

    /** An effect whose text is a SQLSTATE fails with it. */
    private void raising(String state) throws SQLException {
        onServer("""
                create or replace function fail() returns trigger language plpgsql as $$
                begin raise exception 'on purpose' using errcode = new.text; end $$""");
        onServer("""
                create or replace trigger fail before insert on effects for each row
                when (new.text = '%s') execute function fail()""".formatted(state));
    }

    private void onServer(String statement) throws SQLException {
        try (Connection other = postgres.connect()) {
            execute(other, statement);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private boolean isTrue(String query) throws SQLException {
        try (Connection other = postgres.connect();
                Statement statement = other.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return result.next() && result.getBoolean(1);
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
