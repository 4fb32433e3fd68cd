/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.localknative.eventing.Subscriber.Received;

/** The CloudEvents core specification, its HTTP protocol binding and its JSON event format: what they ask of a broker. */
class HttpBindingConformanceTest extends Conformance {

    private static final String JSON = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/tests\",\"type\":\"t\"%s}";

    private static String json(String more) {
        return JSON.formatted("," + more);
    }

    private String filteredBy(String attribute, String value) {
        return TestEventing.trigger(
                "t", TestEventing.to(subscriber) + ", filters: [{exact: {%s: '%s'}}]".formatted(attribute, value));
    }

    private String structured() {
        return TestEventing.trigger("t", TestEventing.to(subscriber) + ", delivery: {format: json}");
    }

    @Test
    @DisplayName("Intermediaries MUST forward events of a size of 64 KiB or less")
    void size() {
        triggers(trigger("retry: 0"));
        String attribute = "a".repeat(40 << 10);
        String data = "é".repeat(11 << 10);
        send(eventWith("ce-ext: " + attribute).replace("{}", data));

        assertEquals(attribute, receivedOne(subscriber).headers().get("ce-ext"));
        assertEquals(data, new String(receivedOne(subscriber).data(), UTF_8));
    }

    @Test
    @DisplayName("Intermediaries SHOULD forward OPTIONAL attributes")
    void optionalAttributes() {
        triggers(trigger("retry: 0"));
        send(eventWith("""
                ce-subject: s
                ce-time: 2026-01-02T03:04:05.000+01:00
                ce-dataschema: https://shop.example/schema
                ce-unheardof: x"""));

        Map<String, String> headers = receivedOne(subscriber).headers();
        assertEquals("s", headers.get("ce-subject"));
        assertEquals("2026-01-02T03:04:05.000+01:00", headers.get("ce-time"));
        assertEquals("https://shop.example/schema", headers.get("ce-dataschema"));
        assertEquals("x", headers.get("ce-unheardof"));
    }

    @Test
    @DisplayName(
            "CloudEvents attribute names MUST consist of lower-case letters or digits from the ASCII character set")
    void names() {
        triggers(trigger("retry: 0"));

        assertEquals(400, send(eventWith("ce-no_name: x")).status());
        assertEquals(400, sendStructured(json("\"no_name\":\"x\"")).status());
        // Knative's brokers take it in lower case (CloudEvents SDK for Go, v2/event/eventcontext_v1.go, SetExtension).
        assertEquals(202, sendStructured(json("\"noName\":\"x\"")).status());
        assertEquals(202, send(eventWith("ce-a1: x")).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3", "1.0"})
    @DisplayName(
            "Compliant event producers MUST use a value of 1.0 (specversion); a broker passes on what it got, 0.3 too")
    void versions(String version) {
        triggers(trigger("retry: 0"));

        assertEquals(202, send(EVENT.replace("1.0\n", version + "\n")).status());
        assertEquals(version, receivedOne(subscriber).headers().get("ce-specversion"));
        assertEquals(400, send(EVENT.replace("1.0\n", "2.0\n")).status());
    }

    @Test
    @DisplayName("All implementations of this specification that support the structured content mode MUST support the"
            + " non-batching JSON event format")
    void jsonFormat() {
        triggers(trigger("retry: 0"));

        assertEquals(202, sendStructured(json("\"data\":[1]")).status());
        assertEquals("[1]", receivedOne(subscriber).text());
    }

    @Test
    @DisplayName("The batched mode MUST NOT be used unless solicited")
    void batch() {
        triggers(trigger("retry: 0"));
        Wire answer = send("POST /shop/default HTTP/1.1\nHost: broker\n"
                + "Content-Type: application/cloudevents-batch+json\n\n[" + JSON.formatted("") + "]");

        assertEquals(400, answer.status());
        assertThat(answer.body(), containsString("send one event"));
    }

    @Test
    @DisplayName(
            "For the binary mode, the HTTP Content-Type header value corresponds to (MUST be populated from or written"
                    + " to) the CloudEvents datacontenttype attribute")
    void contentType() {
        triggers(filteredBy("datacontenttype", "text/plain; charset=ascii"));
        send(EVENT.replace("application/json", "text/plain; charset=ascii"));

        assertEquals(
                "text/plain; charset=ascii", receivedOne(subscriber).headers().get("content-type"));
    }

    @Test
    @DisplayName("Note that a ce-datacontenttype HTTP header MUST NOT also be present in the message")
    void noSecondContentType() {
        triggers(trigger("retry: 0"));

        assertEquals(400, send(eventWith("ce-datacontenttype: text/plain")).status());
        sendStructured(json("\"datacontenttype\":\"text/plain\",\"data\":\"x\""));
        Received event = receivedOne(subscriber);
        assertEquals("text/plain", event.headers().get("content-type"));
        assertFalse(event.headers().containsKey("ce-datacontenttype"));
    }

    @Test
    @DisplayName(
            "All other CloudEvents attributes, including extensions, MUST be individually mapped to and from distinct"
                    + " HTTP message header, (…) with the same name as the attribute name but prefixed with ce-")
    void headers() {
        triggers(filteredBy("ext", "7"));
        sendStructured(json("\"subject\":\"s\",\"ext\":7,\"flag\":true"));

        Map<String, String> headers = receivedOne(subscriber).headers();
        assertEquals("s", headers.get("ce-subject"));
        assertEquals("7", headers.get("ce-ext"));
        assertEquals("true", headers.get("ce-flag"));
    }

    @Test
    @DisplayName(
            "When encoding a CloudEvent as an HTTP message, string values represented as HTTP header values MUST be"
                    + " percent-encoded (space, double-quote, percent, any characters outside the printable ASCII range)")
    void encoding() {
        triggers(trigger("retry: 0"));
        sendStructured(json("\"subject\":\"Euro € 😀\",\"ext\":\"100% \\\"x\\\"~!\""));

        Map<String, String> headers = receivedOne(subscriber).headers();
        assertEquals("Euro%20%E2%82%AC%20%F0%9F%98%80", headers.get("ce-subject"));
        assertEquals("100%25%20%22x%22~!", headers.get("ce-ext"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            any HTTP header value MUST first be unescaped with respect to double-quoted strings  | "a \\"b\\"" | a "b"
            a single round of percent-decoding MUST then be performed                            | %2541        | %41
            decoding MUST accept lower-case values                                               | caf%c3%a9    | café
            values that have been unnecessarily percent-encoded MUST be accepted                 | %61b         | ab
            """)
    @DisplayName("When decoding an HTTP message into a CloudEvent")
    void decoding(String sentence, String header, String value) {
        triggers(filteredBy("ext", value));
        send(eventWith("ce-ext: " + header));

        assertEquals(1, received(subscriber).size(), sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%C0%A0", "%ED%A0%80", "%FF"})
    @DisplayName("Encoded byte sequences which are invalid in UTF-8 MUST be rejected")
    void invalidEncoding(String header) {
        triggers(trigger("retry: 0"));

        assertEquals(400, send(eventWith("ce-ext: " + header)).status());
    }

    @Test
    @DisplayName("The HTTP Content-Type header MUST be set to the media type of an event format (structured mode)")
    void structuredContentType() {
        triggers(structured());
        send(EVENT);

        assertEquals(
                "application/cloudevents+json",
                receivedOne(subscriber).headers().get("content-type"));
    }

    @Test
    @DisplayName("All CloudEvents metadata attributes MUST be mapped into the payload; all REQUIRED and all not omitted"
            + " OPTIONAL attributes in the given event MUST become members of the JSON object")
    void members() {
        triggers(structured());
        send(eventWith("ce-subject: caf%C3%A9\nce-ext: \"quoted\""));

        assertEquals(
                "{\"datacontenttype\":\"application/json\",\"ext\":\"quoted\",\"id\":\"1\",\"source\":\"/tests\","
                        + "\"specversion\":\"1.0\",\"subject\":\"café\",\"type\":\"t\",\"data\":{}}",
                receivedOne(subscriber).text());
    }

    @Test
    @DisplayName(
            "When decoding attributes and a null value is encountered, it MUST be treated as the equivalent of unset or"
                    + " omitted")
    void unset() {
        triggers(trigger("retry: 0"));
        sendStructured(json("\"subject\":null,\"ext\":null"));

        Map<String, String> headers = receivedOne(subscriber).headers();
        assertFalse(headers.containsKey("ce-subject"));
        assertFalse(headers.containsKey("ce-ext"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"ext\":{}",
                "\"ext\":[1]",
                "\"ext\":1.5",
                "\"ext\":2147483648",
                "\"id\":1",
                "\"ext\":\"\\ud800\""
            })
    @DisplayName("The CloudEvents type system MUST be mapped to JSON types as follows")
    void types(String member) {
        triggers(trigger("retry: 0"));

        assertEquals(400, sendStructured(json(member)).status());
    }

    @Test
    @DisplayName(
            "If the implementation determines that the type of data is Binary, the value MUST be represented as a JSON"
                    + " string expression containing the Base64 encoded binary value, and use the member name data_base64")
    void binaryData() {
        triggers(structured());
        send(EVENT.replace("application/json", "application/octet-stream").replace("{}", "hello"));

        assertThat(receivedOne(subscriber).text(), containsString("\"data_base64\":\"aGVsbG8=\""));
    }

    @Test
    @DisplayName("If the datacontenttype declares the data to contain JSON-formatted content, a JSON serializer MUST"
            + " translate the data value to a JSON value, and use the member name data; it MUST be stored directly as a JSON"
            + " value, rather than as an encoded JSON document represented as a string")
    void jsonData() {
        triggers(structured());
        send(EVENT.replace("application/json", "application/vnd.shop+json").replace("{}", "{\"a\": 1}"));

        assertThat(receivedOne(subscriber).text(), containsString("\"data\":{\"a\": 1}"));
    }

    @Test
    @DisplayName(
            "The presence of the data_base64 member clearly indicates that the value is a Base64 encoded binary data,"
                    + " which the deserializer MUST decode into a binary runtime data type")
    void base64() {
        triggers(trigger("retry: 0"));
        sendStructured(json("\"data_base64\":\"AP8=\",\"datacontenttype\":\"application/octet-stream\""));

        byte[] data = receivedOne(subscriber).data();
        assertEquals(List.of((byte) 0, (byte) 255), List.of(data[0], data[1]));
        assertEquals(2, data.length);
    }

    @Test
    @DisplayName(
            "If the data member is a string, a JSON deserializer MUST interpret it directly as a JSON String value; it"
                    + " MUST NOT further deserialize the string as a JSON document")
    void stringIsAString() {
        triggers(trigger("retry: 0"));
        sendStructured(json("\"data\":\"{}\",\"datacontenttype\":\"application/json\""));

        assertEquals("\"{}\"", receivedOne(subscriber).text());
    }

    @Test
    @DisplayName(
            "If a JSON-formatted event with no datacontenttype attribute is deserialized and then re-serialized using a"
                    + " different format or protocol binding, the datacontenttype SHOULD be set explicitly to the implied"
                    + " application/json")
    void impliedContentType() {
        triggers(trigger("retry: 0"));
        sendStructured(json("\"data\":{}"));

        assertEquals("application/json", receivedOne(subscriber).headers().get("content-type"));
    }
}
