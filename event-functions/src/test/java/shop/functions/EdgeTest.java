/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.Wire;

/** Requests as no broker sends them: whatever the server, the router or Funqy refuses is a problem. */
@QuarkusTest
@TestProfile(Exported.Heartbeat.class)
@WithTestResource(Outside.class)
class EdgeTest {
    private static final String CHUNKED = "Transfer-Encoding: chunked\n";
    private static final String EMPTY = "0\n\n";
    private static final String PING = """
            Content-Type: application/json
            ce-specversion: 1.0
            ce-id: 1
            ce-source: /a/source
            ce-type: dev.knative.sources.ping
            """;
    private static final String DATA = "{\"message\": \"Hello, world!\"}";

    @TestHTTPResource
    URI server;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/cloudevents+json",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded"
            })
    void emptyChunkedBodyIsAnsweredAtOnce(String type) { // RFC 9112, 7.1
        Wire answer = send("POST /", "Content-Type: " + type + "\n" + CHUNKED, EMPTY);
        answer.isProblem(type.endsWith("json") ? 400 : 415);
    }

    @Test
    void emptyChunkedEventIsAnsweredAtOnce() {
        send("POST /", PING + CHUNKED, EMPTY).isProblem(400);
    }

    @Test
    void chunkedEventIsTaken() {
        assertEquals(
                204,
                send("POST /", PING + CHUNKED, "1c\n" + DATA + "\n" + EMPTY).status());
        assertEquals(
                204,
                send("POST /", PING + "Expect: 100-continue\nContent-Length: 28\n", DATA)
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/other", "/heartbeat", "/a/b?c=d", "/;a=b"})
    void anotherPathIsAProblem(String path) {
        send("POST " + path, PING + "Content-Length: 28\n", DATA).isProblem(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "/%zz", "/%", "/?a=%zz", "/ü", "/<", "/{a}", "/%ff", "/a#b", "/a|b"})
    void targetThatIsNoUriIsAProblem(String target) { // RFC 9112, 3.2
        send("POST " + target, PING + "Content-Length: 28\n", DATA).isProblem(400);
    }

    @Test
    void targetOrHeadersThatAreTooLongAreAProblem() { // RFC 9110, 15.5.15 and RFC 6585, 5
        send("POST /?a=" + "a".repeat(100_000), PING + "Content-Length: 28\n", DATA)
                .isProblem(414);
        send("POST /", PING + "ce-more: " + "a".repeat(70_000) + "\nContent-Length: 28\n", DATA)
                .isProblem(431);
        assertEquals(
                204,
                send("POST /", PING + "ce-more: " + "a".repeat(60_000) + "\nContent-Length: 28\n", DATA)
                        .status());
    }

    @Test
    void expectationsAndCodingsThatAreNotKnownAreProblems() { // RFC 9110, 10.1.1, and RFC 9112, 6.1
        send("POST /", PING + "Expect: 200-ok\nContent-Length: 28\n", DATA).isProblem(417);
        send("POST /", PING + "Transfer-Encoding: gzip, chunked\n", EMPTY).isProblem(501);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET *", "OPTIONS *", "CONNECT example.com:443"})
    void targetThatIsNoPathIsAProblem(String line) {
        send(line, "", "").isProblem(400);
    }

    @ParameterizedTest
    @CsvSource({"GET", "PUT", "DELETE", "PROPFIND", "TRACE", "OPTIONS"})
    void eventsArePosted(String method) { // RFC 9110, 15.5.6
        assertEquals(
                "POST", send(method + " /", "", "").isProblem(405).headers().get("allow"));
        send(method + " /", PING + "Content-Length: 28\n", DATA).isProblem(405);
    }

    @Test
    void hostIsNeeded() { // RFC 9112, 3.2
        Wire answer = Wire.exchangeAsItIs(server, "POST / HTTP/1.1\nConnection: close\n\n")
                .isProblem(400);
        assertFalse(answer.body().contains("Exception"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1048577\n", CHUNKED})
    void bodyThatIsTooLongIsAProblem(String length) {
        String body = length.equals(CHUNKED) ? "100001\n" + " ".repeat(0x100001) + "\n" + EMPTY : " ".repeat(0x100001);
        send("POST /", PING + length, body).isProblem(413);
    }

    @Test
    void bodyInAContentCodingIsRefused() { // RFC 9110, 15.5.16
        send("POST /", PING + "Content-Encoding: gzip\nContent-Length: 28\n", DATA)
                .isProblem(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text", "foo", ";"})
    void formIsRefused(String type) {
        send("POST /", "Content-Type: " + type + "\nAccept: application/json\n" + CHUNKED, "7\na=%zz&b\n" + EMPTY)
                .isProblem(415);
        send("POST /", "Content-Type: " + type + "\nContent-Length: 7\n", "a=%zz&b")
                .isProblem(415);
    }

    private Wire send(String line, String headers, String body) {
        return Wire.exchange(server, line + " HTTP/1.1\n" + headers + "\n" + body);
    }
}
