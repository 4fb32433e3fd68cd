/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static shop.localknative.eventing.TestEventing.BROKER;
import static shop.localknative.eventing.TestEventing.trigger;

import io.vertx.core.Vertx;
import java.net.URI;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import shop.localknative.console.StartException;
import shop.localknative.tracing.Spans;

/** A manifest that can't be understood stops the start with the resource and the field at fault. */
class ManifestsTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String SUBSCRIBER = "subscriber: {uri: 'http://127.0.0.1:1/'}";

    @AfterAll
    static void stop() {
        VERTX.close();
    }

    private static void refused(String message, String... manifests) {
        assertEquals(message, problem(manifests));
    }

    private static void accepted(String... manifests) {
        eventing(manifests).close();
    }

    private static String problem(String... manifests) {
        return assertThrows(StartException.class, () -> eventing(manifests))
                .getMessage()
                .replaceFirst("^\\S+:\\d+: ", "");
    }

    private static Eventing eventing(String... manifests) {
        return new Eventing(
                VERTX,
                new PGSimpleDataSource(),
                TestEventing.read(manifests),
                d -> URI.create(d.getUri()),
                new ServiceAccounts((subject, audience, valid) -> "", InstantSource.system()),
                false,
                InstantSource.system(),
                Spans.NONE);
    }

    @Test
    void aTriggerNeedsItsBroker() {
        refused(
                "Trigger t, spec.broker: there is no Broker shop/other",
                BROKER,
                trigger("t", SUBSCRIBER).replace("broker: default", "broker: other"));
    }

    @Test
    void aTriggerNeedsASubscriber() {
        refused("Trigger t, spec.subscriber: a ref or a uri is expected", BROKER, trigger("t", "filters: []"));
        refused("Trigger t, spec.subscriber: a ref or a uri is expected", BROKER, trigger("t", "subscriber: {}"));
        assertThat(
                problem(BROKER, trigger("t", "subscriber: {ref: {name: x}}")),
                startsWith("Trigger t, spec.subscriber.ref.kind: expected one of "));
        refused(
                "Trigger t, spec.subscriber.uri: an http URL is expected, not /events",
                BROKER,
                trigger("t", "subscriber: {uri: /events}"));
        refused("Trigger t, spec: is required", BROKER, trigger("t", "x: {}").replaceAll("(?m)^spec:.*", ""));
    }

    @Test
    void aBackoffMustBeADuration() {
        refused(
                "Trigger t, spec.delivery.backoffDelay: an ISO 8601 duration such as PT0.5S is expected, not 1s",
                BROKER,
                trigger("t", SUBSCRIBER + ", delivery: {backoffDelay: 1s}"));
    }

    @Test
    void aBrokersDeliveryIsItsOwnFault() {
        refused(
                "Broker default, spec.delivery.timeout: must be longer than 0",
                BROKER + "spec: {delivery: {timeout: PT0S}}",
                trigger("t", SUBSCRIBER));
    }

    @Test
    void aCesqlExpressionMustBeOne() {
        for (String expression : List.of("type == 1", "type = ", "")) {
            refused(
                    "Trigger t, spec.filters[1].any[0].cesql: '%s' is not a CESQL expression".formatted(expression),
                    BROKER,
                    trigger(
                            "t",
                            SUBSCRIBER
                                    + ", filters: [{exact: {id: a}}, {any: [{cesql: '%s'}]}]".formatted(expression)));
        }
    }

    @Test
    void aFormatIsJsonOrBinary() {
        refused(
                "Trigger t, spec.delivery.format: json or binary is expected, not xml",
                BROKER,
                trigger("t", SUBSCRIBER + ", delivery: {format: xml}"));
        refused(
                "Broker default, spec.delivery.format: json or binary is expected, not avro",
                BROKER + "spec: {delivery: {format: avro}}");
    }

    @Test
    void anOrderIsOneOfTwo() {
        refused(
                "Trigger t, metadata.annotations.kafka.eventing.knative.dev/delivery.order: ordered or unordered is"
                        + " expected, not random",
                BROKER,
                TestEventing.annotated(
                        trigger("t", SUBSCRIBER), "kafka.eventing.knative.dev/delivery.order", "random"));
    }

    @Test
    void anOverrideIsAnExtension() {
        for (String name : List.of("type", "no-name")) {
            refused(
                    "PingSource p, spec.ceOverrides.extensions.%s: an extension attribute is expected: letters and digits, and not a name that CloudEvents gives a meaning"
                            .formatted(name),
                    PingScheduleTest.ping("schedule: '* * * * *', sink: {uri: 'http://127.0.0.1:1/'},"
                            + " ceOverrides: {extensions: {%s: x}}".formatted(name)));
        }
    }

    /** knative/eventing pkg/apis/eventing/v1/trigger_validation.go, ValidateAttributesNames. */
    @Test
    void aFiltersAttributeHasItsKindOfName() {
        String why = ": Attribute name must start with a letter and can only contain lowercase alphanumeric";
        for (String name : List.of("Type", "my-type", "1st", "my_type", "")) {
            refused(
                    "Trigger t, spec.filter.attributes." + name + why,
                    BROKER,
                    trigger("t", SUBSCRIBER + ", filter: {attributes: {'%s': a}}".formatted(name)));
            refused(
                    "Trigger t, spec.filters[0].any[0].not.suffix." + name + why,
                    BROKER,
                    trigger("t", SUBSCRIBER + ", filters: [{any: [{not: {suffix: {'%s': a}}}]}]".formatted(name)));
        }
    }

    /** pkg/apis/duck/v1/delivery_types.go, Validate. */
    @Test
    void retryAfterMaxIsRefusedWhileItsFeatureIsOff() {
        refused(
                "Trigger t, spec.delivery.retryAfterMax: Knative refuses this, unless its ConfigMap config-features says"
                        + " delivery-retryafter: enabled; add that, in namespace knative-eventing, to the manifests, or leave"
                        + " the field out",
                BROKER,
                trigger("t", SUBSCRIBER + ", delivery: {retry: 1, retryAfterMax: PT5S}"));
    }

    /** knative/pkg apis/duck/v1/destination.go, ValidateDestination. */
    @Test
    void anAbsoluteUriBesideARefIsRefused() {
        refused(
                "Trigger t, spec.subscriber.uri: http://x/y is not allowed beside a ref: a uri relative to that is expected,"
                        + " such as /path",
                BROKER,
                trigger(
                        "t",
                        "subscriber: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default},"
                                + " uri: 'http://x/y'}"));
    }

    @Test
    void aFilterThatSaysNothingIsRefused() {
        for (String filter : List.of("{}", "{any: []}", "{exact: {}}", "{exact: {id: a}, prefix: {id: a}}")) {
            refused(
                    "Trigger t, spec.filters[0]: exactly one of exact, prefix, suffix, any, all, not and cesql is"
                            + " expected, and not empty",
                    BROKER,
                    trigger("t", SUBSCRIBER + ", filters: [%s]".formatted(filter)));
        }
        refused(
                "Trigger t, spec.filters[0].not.exact.id: neither an attribute nor its value may be empty",
                BROKER,
                trigger("t", SUBSCRIBER + ", filters: [{not: {exact: {id: ''}}}]"));
    }

    @Test
    void aBrokerOfAnotherNamespaceIsNotSupported() {
        refused(
                "Trigger t, spec.brokerRef: Kubernetes knows this field, but local-knative does not run it; "
                        + "leave it out, here by a patch of an overlay, or the whole with --skip Trigger/t",
                BROKER,
                trigger("t", SUBSCRIBER + ", brokerRef: {kind: Broker, name: default, namespace: other}"));
    }

    @Test
    void aPingSourceNeedsACron() {
        refused(
                "PingSource p, spec.schedule: '61 * * * *': 61 is not a range from 0 to 59 with a positive step",
                PingScheduleTest.ping("schedule: 61 * * * *, sink: {uri: 'http://127.0.0.1:1/'}"));
        refused(
                "PingSource p, spec.timezone: provided bad location Mars/Base: unknown time zone; a name such as"
                        + " Europe/Berlin is expected",
                PingScheduleTest.ping(
                        "schedule: '* * * * *', timezone: Mars/Base, sink: {uri: 'http://127.0.0.1:1/'}"));
        refused("PingSource p, spec.sink: a ref or a uri is expected", PingScheduleTest.ping("schedule: '* * * * *'"));
    }

    /** knative/eventing pkg/apis/sources/v1/ping_validation.go, validateJSON: Go unmarshals the data into a map. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "Hello, world!" | string
            1.5             | number
            true            | bool
            [{}]            | array
            """)
    void aPingsJsonIsAnObject(String data, String type) {
        String base64 = Base64.getEncoder().encodeToString(data.getBytes(UTF_8));
        String message = "invalid value: json: cannot unmarshal %s into Go value of type map[string]interface {}"
                .formatted(type);
        refused("PingSource p, spec.data: " + message, ping("contentType: application/json, data: '%s'", data));
        refused(
                "PingSource p, spec.dataBase64: " + message,
                ping("contentType: application/json, dataBase64: %s", base64));
        accepted(ping("contentType: application/json; charset=utf-8, data: '%s'", data));
        accepted(ping("data: '%s'", data));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{} {}", "{\"a\": 1,}", "hello"})
    void aPingsJsonIsJson(String data) {
        assertThat(
                problem(ping("contentType: application/json, data: '%s'", data)),
                startsWith("PingSource p, spec.data: invalid value: not JSON: "));
        accepted(ping("contentType: text/plain, data: '%s'", data));
    }

    /** The webhook asks no more of it than Go's unmarshalling does. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"message\": \"Hello, world!\"}", "{}", "null", ""})
    void aPingsDataMayBe(String data) {
        accepted(ping("contentType: application/json, data: '%s'", data));
    }

    /** pkg/apis/sources/v1/ping_validation.go: apis.ErrMultipleOneOf, and Go's base64.StdEncoding. */
    @Test
    void aPingHasDataInOneOfTwoWays() {
        refused(
                "PingSource p, spec.dataBase64: expected exactly one, got both: data, dataBase64",
                ping("data: a, dataBase64: %s", "YQ=="));
        accepted(ping("data: '', dataBase64: %s", "YQ=="));
        accepted(ping("dataBase64: \"%s\"", "YWJj\\nZA=="));
        for (String base64 : List.of("YQ", "YQ=", "a b=", "Y_-=")) {
            refused(
                    "PingSource p, spec.dataBase64: invalid value: illegal base64 data",
                    ping("dataBase64: '%s'", base64));
        }
    }

    private static String ping(String spec, String data) {
        return PingScheduleTest.ping(
                "schedule: '* * * * *', sink: {uri: 'http://127.0.0.1:1/'}, " + spec.formatted(data));
    }
}
