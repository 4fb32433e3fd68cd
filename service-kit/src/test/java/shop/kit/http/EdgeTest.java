/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.kit.KitResource;
import shop.testkit.Wire;

/** Requests as no client library sends them: whatever the server, the router or JAX-RS refuses is a problem. */
@QuarkusTest
@QuarkusTestResource(KitResource.class)
class EdgeTest {
    private static final String CHUNKED = "Transfer-Encoding: chunked\n";
    private static final String JSON = "Content-Type: application/json\n";
    private static final String EMPTY = "0\n\n";

    @TestHTTPResource
    URI server;

    @Inject
    Vertx vertx;

    // RFC 9112, 7.1: a chunked body may be empty, as a Content-Length may be 0.

    @ParameterizedTest
    @CsvSource({
        "POST, /effects, application/json, 400",
        "POST, /events, application/json, 400",
        "POST, /events, application/cloudevents+json, 400",
        "POST, /effects, multipart/form-data; boundary=x, 415",
        "POST, /events, multipart/form-data; boundary=x, 400",
        "POST, /effects, application/x-www-form-urlencoded, 415",
        "POST, /nothing, application/json, 404",
        "PUT, /effects, application/json, 405",
        "DELETE, /effects, multipart/form-data; boundary=x, 405"
    })
    void emptyChunkedBodyIsAnsweredAtOnce(String method, String path, String type, int status) {
        send(method + " " + path, "Content-Type: " + type + "\n" + CHUNKED, EMPTY)
                .isProblem(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json",
                "text"
            })
    void chunkedBodyOfARequestThatNeedsNoneIsPassedOver(String type) {
        assertEquals(
                200,
                send("GET /effects?limit=2", "Content-Type: " + type + "\n" + CHUNKED, "3\na=b\n" + EMPTY)
                        .status());
        assertEquals(
                200,
                send("GET /effects?limit=2", "Content-Type: " + type + "\nContent-Length: 3\n", "a=b")
                        .status());
    }

    @Test
    void bodyIsReadAfter100Continue() {
        String effect = "{\"text\":\"a\",\"times\":1}";
        assertEquals(
                201,
                send(
                                "POST /effects",
                                JSON + key() + "Expect: 100-continue\nContent-Length: " + effect.length() + "\n",
                                effect)
                        .status());
        assertEquals(
                201,
                send("POST /effects", JSON + key() + "Expect: 100-continue\n" + CHUNKED, "16\n" + effect + "\n" + EMPTY)
                        .status());
    }

    @Test
    void expectationThatIsUnknownIsRefused() { // RFC 9110, 10.1.1
        send("GET /effects?limit=2", "Expect: miracles\n", "").isProblem(417);
    }

    @Test
    void transferCodingThatIsUnknownIsRefused() { // RFC 9112, 6.1
        send("POST /effects", JSON + "Transfer-Encoding: gzip, chunked\n", EMPTY)
                .isProblem(501);
    }

    // RFC 9112, 3: request targets

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/effects?limit=%zz",
                "/effects?limit=%",
                "/effects/%",
                "/%zz",
                "/ü",
                "/<",
                "/>",
                "/\"",
                "/{a}",
                "/effects?a=ü",
                "/effects?a=<>",
                "/%ff",
                "/effects?cursor=%c3",
                "/effects?cursor=%ED%A0%80",
                "/a|b",
                "/a^b",
                "/a`b",
                "/a\\b"
            })
    void targetThatIsNoUriIsAProblem(String target) {
        send("GET " + target, "", "").isProblem(400);
    }

    @Test
    void targetThatIsTooLongIsAProblem() { // RFC 9110, 15.5.15
        assertEquals(
                200,
                send("GET /effects?limit=2&more=" + "a".repeat(7900), "", "").status());
        send("GET /effects?limit=2&more=" + "a".repeat(8200), "", "").isProblem(414);
        send("GET /effects?limit=2&more=" + "a".repeat(100_000), "", "").isProblem(414);
        send("GET /" + "a".repeat(8200), "", "").isProblem(414);
    }

    @Test
    void headersThatAreTooLongAreAProblem() { // RFC 6585, 5
        assertEquals(
                200,
                send("GET /effects?limit=2", "More: " + "a".repeat(60_000) + "\n", "")
                        .status());
        send("GET /effects?limit=2", "More: " + "a".repeat(70_000) + "\n", "").isProblem(431);
        send("GET /effects?limit=2", "More: a\n".repeat(20_000), "").isProblem(431);
    }

    @Test
    void asteriskIsForOptionsOnly() { // RFC 9112, 3.2.4
        send("GET *", "", "").isProblem(400);
        assertEquals(204, send("OPTIONS *", "", "").status());
    }

    @Test
    void targetInAbsoluteFormIsTaken() { // RFC 9112, 3.2.2
        assertEquals(
                200, send("GET " + server.resolve("/effects?limit=2"), "", "").status());
    }

    @Test
    void hostIsNeeded() { // RFC 9112, 3.2
        Wire.exchangeAsItIs(server, "GET /effects?limit=2 HTTP/1.1\nConnection: close\n\n")
                .isProblem(400);
    }

    // RFC 9110, 9.1, 9.3.7 and 15.5.6: methods

    @ParameterizedTest
    @CsvSource({
        "PUT, /effects, 'GET, HEAD, OPTIONS, POST'",
        "PROPFIND, /effects, 'GET, HEAD, OPTIONS, POST'",
        "TRACE, /effects, 'GET, HEAD, OPTIONS, POST'",
        "DELETE, /effects/, 'GET, HEAD, OPTIONS, POST'",
        "DELETE, /effects;a=b, 'GET, HEAD, OPTIONS, POST'",
        "GET, /events, 'OPTIONS, POST'",
        "POST, /me, 'GET, HEAD, OPTIONS'",
        "GET, /sequences/1, 'OPTIONS, POST'"
    })
    void otherMethodIsToldWhichOnesThereAre(String method, String path, String allowed) {
        assertEquals(
                allowed,
                send(method + " " + path, "", "").isProblem(405).headers().get("allow"));
        Wire options = send("OPTIONS " + path, "", "");
        assertEquals(204, options.status());
        assertEquals(allowed, options.headers().get("allow"));
    }

    @Test
    void nothingIsAllowedWhereNothingIs() {
        send("OPTIONS /nothing", "", "").isProblem(404);
        send("OPTIONS /", "", "").isProblem(404);
        send("PROPFIND /nothing", "", "").isProblem(404);
        send("CONNECT example.com:443", "", "").isProblem(400);
    }

    @Test
    void headIsGetWithoutABody() {
        Wire answer = send("HEAD /effects?limit=2", "", "");
        assertEquals(200, answer.status());
        assertEquals("", answer.body());
        assertEquals(404, send("HEAD /nothing", "", "").status());
        assertEquals("", send("HEAD /nothing", "", "").body());
        assertEquals(400, send("HEAD /%", "", "").status());
    }

    // RFC 9110, 15.5.16: media types and content codings of bodies

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "text",
                "foo",
                "application/",
                ";",
                "application/xml",
                "application/json, text/plain",
                "application/cloudevents+json",
                "application/jsonx",
                "application/x-www-form-urlencoded",
                "*/*"
            })
    void bodyThatIsNoJsonIsRefused(String type) {
        send(
                        "POST /effects",
                        "Content-Type: " + type + "\n" + key() + "Content-Length: 22\n",
                        "{\"text\":\"a\",\"times\":1}")
                .isProblem(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=UTF-8",
                "application/json;charset=\"iso-8859-1\"",
                "APPLICATION/JSON",
                "application/json; version=1"
            })
    void bodyThatIsJsonIsTaken(String type) { // whatever its parameters: RFC 8259, 11
        assertEquals(
                201,
                send(
                                "POST /effects",
                                "Content-Type: " + type + "\n" + key() + "Content-Length: 22\n",
                                "{\"text\":\"a\",\"times\":1}")
                        .status());
    }

    @Test
    void contentTypeThatIsThereTwiceIsRefused() {
        send(
                        "POST /effects",
                        JSON + "Content-Type: text/plain\n" + key() + "Content-Length: 22\n",
                        "{\"text\":\"a\",\"times\":1}")
                .isProblem(415);
    }

    @Test
    void bodyInAContentCodingIsRefused() {
        String coded = JSON + key() + "Content-Encoding: gzip\nContent-Length: 22\n";
        Wire answer =
                send("POST /effects", coded, "{\"text\":\"a\",\"times\":1}").isProblem(415);
        assertEquals("identity", answer.headers().get("accept-encoding"));
        send("POST /events", coded, "{\"text\":\"a\",\"times\":1}").isProblem(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/cloudevents-batch+json", "text/plain", "application/vnd.shop+json"})
    void eventInAnotherFormatIsRefused(String type) { // CloudEvents HTTP binding
        send("POST /events", "Content-Type: " + type + "\nContent-Length: 2\n", "[]")
                .isProblem(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/xml", "text/html;q=1", "application/", "foo"})
    void answerThatCannotBeAcceptedIsAProblem(String accept) {
        send("GET /effects?limit=2", "Accept: " + accept + "\n", "").isProblem(406);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"x\"",
                "[]",
                "1",
                "{\"specversion\": 1}",
                "{\"specversion\": \"9\"}",
                "{\"specversion\":\"1.0\",\"id\":{}}",
                "{",
                "null"
            })
    void answerNamesNoClass(String body) {
        Wire answer = send(
                        "POST /events",
                        "Content-Type: application/cloudevents+json\nContent-Length: " + body.length() + "\n",
                        body)
                .isProblem(400);
        assertFalse(
                answer.body().matches("(?s).*(java\\.|com\\.|io\\.|org\\.|shop\\.kit|Exception|Node).*"),
                answer.body());
    }

    @Test
    void bodyWithoutAnEndIsLimited() {
        send(
                        "POST /effects",
                        JSON + key() + CHUNKED,
                        "FFFFF\n" + " ".repeat(0xFFFFF) + "\n10\n" + " ".repeat(16) + "\n" + EMPTY)
                .isProblem(413);
        send("POST /events", JSON + CHUNKED, "FFFFF\n" + " ".repeat(0xFFFFF) + "\n10\n" + " ".repeat(16) + "\n" + EMPTY)
                .isProblem(413);
    }

    // The container's port, as Knative's ingress and queue-proxy leave it (Serving,
    // test/conformance/runtime/header_test.go)

    @Test
    void locationHasTheSchemeThatTheIngressTells() {
        assertTrue(location("X-Forwarded-Proto: https\n").startsWith("https://" + server.getAuthority() + "/effects/"));
        assertTrue(location("X-Forwarded-Proto: javascript\n")
                .startsWith("http://" + server.getAuthority() + "/effects/"));
        assertTrue(location(
                        "X-Forwarded-Host: example.org\nX-Forwarded-Port: 1\nForwarded: host=example.org;proto=https\n")
                .startsWith("http://" + server.getAuthority() + "/effects/"));
    }

    private String location(String headers) {
        return send("POST /effects", JSON + key() + headers + "Content-Length: 22\n", "{\"text\":\"a\",\"times\":1}")
                .headers()
                .get("location");
    }

    // RFC 9113, 8.1: HTTP/2 needs no Content-Length. Knative's queue-proxy speaks it to a port named h2c.

    @Test
    void http2WithoutTlsIsSpoken() {
        assertEquals(200, http2(HttpMethod.GET, "/effects?limit=2", null).statusCode());
        assertEquals(
                201,
                http2(HttpMethod.POST, "/effects", "{\"text\":\"a\",\"times\":1}")
                        .statusCode());
        assertEquals(400, http2(HttpMethod.POST, "/effects", null).statusCode());
        assertEquals(400, http2(HttpMethod.POST, "/effects", "").statusCode());
        assertEquals(
                413, http2(HttpMethod.POST, "/effects", " ".repeat(1 << 21)).statusCode());
        assertEquals(404, http2(HttpMethod.GET, "/nothing", null).statusCode());
        assertEquals(204, http2(HttpMethod.OPTIONS, "/effects", null).statusCode());
        assertEquals(400, http2(HttpMethod.GET, "/%", null).statusCode());
    }

    private HttpClientResponse http2(HttpMethod method, String path, String body) {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        try {
            HttpClientResponse answer = client.request(method, server.getPort(), server.getHost(), path)
                    .compose(request -> {
                        request.putHeader("Content-Type", "application/json")
                                .putHeader("Idempotency-Key", UUID.randomUUID().toString());
                        if (body == null) {
                            return request.send();
                        }
                        request.setChunked(true);
                        request.write(Buffer.buffer(body));
                        request.end();
                        return request.response();
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                    .join();
            assertEquals(HttpVersion.HTTP_2, answer.version());
            return answer;
        } finally {
            client.close();
        }
    }

    private Wire send(String line, String headers, String body) {
        return Wire.exchange(server, line + " HTTP/1.1\n" + headers + "\n" + body);
    }

    private static String key() {
        return "Idempotency-Key: " + UUID.randomUUID() + "\n";
    }
}
