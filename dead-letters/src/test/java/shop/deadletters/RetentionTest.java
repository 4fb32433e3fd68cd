/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static shop.testkit.Concurrently.together;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.kit.sql.Database;
import shop.testkit.CloudEvents;
import shop.testkit.MountedSettings;
import shop.testkit.PostgresResource;
import shop.testkit.Tokens;

/** The end of dead letters that nobody deletes. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RetentionTest {
    private static final String SCHEDULE = "/apis/v1/namespaces/shop/pingsources/dead-letters-sweep";

    private final String type = "test." + UUID.randomUUID();

    @Inject
    Database database;

    @Test
    void sweepDeletesWhatArrivedLastMoreThan30DaysAgo() {
        arrives("old");
        arrives("again");
        UUID admin = UUID.randomUUID();
        given().auth()
                .oauth2(Tokens.people(admin.toString(), "admin"))
                .contentType("application/json")
                .body("{\"filter\": {\"type\": \"%s\"}}".formatted(type))
                .post("/dead-letters/replay")
                .then()
                .statusCode(202);
        age("31 days");
        arrives("again");
        arrives("new");
        sweep();
        list().body("items.eventId", contains("new", "again"));
    }

    @Test
    void retentionIsAsTheSettingSaysAtTheSweep() {
        arrives("old");
        age("31 days");
        MountedSettings.set("dead-letter-retention", "P32D");
        sweep();
        list().body("items.eventId", contains("old"));
        MountedSettings.unset("dead-letter-retention");
        sweep();
        list().body("items", empty());
    }

    @Test
    void sweepDeletesHoweverManyThereAre() {
        arrives("first");
        age("31 days");
        database.withConnection(sql -> sql.update("""
                insert into dead_letters (id, fingerprint, attributes, data, received_at, last_received_at)
                select gen_random_uuid(), gen_random_uuid(), attributes, data, received_at, last_received_at
                from dead_letters, generate_series(1, 2500) where attributes ->> 'type' = $1""", Tuple.of(type)));
        sweep();
        list().body("items", empty());
    }

    @Test
    void whatArrivesAgainDuringASweepIsKept() {
        for (int i = 0; i < 10; i++) {
            arrives("again");
            age("31 days");
            together(4, task -> {
                if (task % 2 == 0) {
                    sweep();
                } else {
                    arrives("again");
                }
                return task;
            });
            list().body("items.eventId", contains("again"));
        }
    }

    /** One that is on may be told again at any time. */
    @Test
    void sweepForgetsAlertsThatAreOverFor90Days() {
        UUID over = alert("resolved", "91 days");
        UUID on = alert("firing", "91 days");
        UUID later = alert("resolved", "89 days");
        sweep();
        List<UUID> left = database.withConnection(sql -> sql.list(
                "select alarm from alerts where alarm = any($1)",
                Tuple.of(new UUID[] {over, on, later}),
                row -> row.getUUID("alarm")));
        assertEquals(Set.of(on, later), Set.copyOf(left));
    }

    private UUID alert(String status, String age) {
        UUID alarm = UUID.randomUUID();
        database.withConnection(sql -> sql.update("""
                insert into alerts (alarm, starts_at, status, changes, changed_at)
                values ($1, now(), $2, 1, now() - $3::text::interval)""", Tuple.of(alarm, status, age)));
        return alarm;
    }

    private void age(String by) {
        database.withConnection(sql -> sql.update(
                "update dead_letters set last_received_at = last_received_at - $2::text::interval where attributes ->> 'type' = $1",
                Tuple.of(type, by)));
    }

    private void arrives(String id) {
        CloudEvents.binary(type, "/retention", id).post("/events").then().statusCode(204);
    }

    private void sweep() {
        CloudEvents.binary(EventTypes.PING, SCHEDULE, UUID.randomUUID().toString())
                .post("/events")
                .then()
                .statusCode(204);
    }

    private ValidatableResponse list() {
        return given().auth()
                .oauth2(Tokens.admin())
                .get("/dead-letters?type=" + type)
                .then()
                .statusCode(200);
    }
}
