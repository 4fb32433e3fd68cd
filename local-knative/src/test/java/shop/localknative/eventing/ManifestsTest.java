package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.trigger;

import io.vertx.core.Vertx;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A manifest that can't be understood stops the start with the resource and the field at fault. */
class ManifestsTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String SUBSCRIBER = "subscriber: {uri: 'http://127.0.0.1:1/'}";

    @AfterAll
    static void stop() {
        VERTX.close();
    }

    private static void refused(String message, String... manifests) {
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> new Eventing(
                        VERTX, new PGSimpleDataSource(), TestEventing.parse(manifests), d -> URI.create(d.getUri())));
        assertEquals(message, e.getMessage());
    }

    @Test
    void aTriggerNeedsItsBroker() {
        refused(
                "Trigger shop/t: spec.broker: there is no Broker shop/other, only [shop/default]",
                BROKER,
                trigger("t", SUBSCRIBER).replace("broker: default", "broker: other"));
    }

    @Test
    void aTriggerNeedsASubscriber() {
        refused("Trigger shop/t: spec.subscriber: a ref or a uri is expected", BROKER, trigger("t", "filters: []"));
        refused("Trigger shop/t: spec.subscriber: a ref or a uri is expected", BROKER, trigger("t", "subscriber: {}"));
    }

    @Test
    void aBackoffMustBeADuration() {
        refused(
                "Trigger shop/t: delivery.backoffDelay: an ISO 8601 duration such as PT0.5S is expected, not 1s",
                BROKER,
                trigger("t", SUBSCRIBER + ", delivery: {backoffDelay: 1s}"));
    }

    @Test
    void aBrokerOfAnotherNamespaceIsNotSupported() {
        refused(
                "Trigger shop/t: spec.brokerRef: not supported; use spec.broker",
                BROKER,
                trigger("t", SUBSCRIBER + ", brokerRef: {kind: Broker, name: default, namespace: other}"));
    }

    @Test
    void aPingSourceNeedsACron() {
        refused(
                "PingSource shop/p: spec.schedule: '61 * * * *': Failed to parse cron expression. Value 61 not in range"
                        + " [0, 59]",
                PingScheduleTest.ping("schedule: 61 * * * *, sink: {uri: 'http://127.0.0.1:1/'}"));
        refused(
                "PingSource shop/p: spec.timezone: Unknown time-zone ID: Mars/Base",
                PingScheduleTest.ping(
                        "schedule: '* * * * *', timezone: Mars/Base, sink: {uri: 'http://127.0.0.1:1/'}"));
        refused(
                "PingSource shop/p: spec.sink: a ref or a uri is expected",
                PingScheduleTest.ping("schedule: '* * * * *'"));
        refused(
                "PingSource shop/p: spec: either data or dataBase64 is expected, not both",
                PingScheduleTest.ping(
                        "schedule: '* * * * *', data: a, dataBase64: YQ==, sink: {uri: 'http://127.0.0.1:1/'}"));
    }
}
