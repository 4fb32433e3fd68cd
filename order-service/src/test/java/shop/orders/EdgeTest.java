/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.testkit.Wire;

/** service-kit's rules of requests hold in a service, and in its executable. */
@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class EdgeTest {
    @TestHTTPResource
    URI server;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /products?limit=%zz | 400
            GET /products/%         | 400
            GET /products/ü         | 400
            GET /<                  | 400
            GET *                   | 400
            GET /q/nothing          | 404
            DELETE /products        | 405
            TRACE /orders/1/history | 405
            """)
    void whatTheServerRefusesIsAProblem(String line, int status) { // RFC 9112, 3
        Wire.exchange(server, line + " HTTP/1.1\n\n").isProblem(status);
    }

    @Test
    void headThatIsTooLongIsAProblem() { // RFC 9110, 15.5.15 and RFC 6585, 5
        Wire.exchange(server, "GET /products?a=" + "a".repeat(100_000) + " HTTP/1.1\n\n")
                .isProblem(414);
        Wire.exchange(server, "GET /products HTTP/1.1\nMore: " + "a".repeat(100_000) + "\n\n")
                .isProblem(431);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /products               | GET, HEAD, OPTIONS
            /products/tea           | GET, HEAD, OPTIONS, PUT
            /products/tea/stock     | OPTIONS, POST
            /orders                 | GET, HEAD, OPTIONS, POST
            /orders/1/cancel        | OPTIONS, POST
            /events                 | OPTIONS, POST
            """)
    void pathTellsItsMethods(String path, String methods) { // RFC 9110, 9.3.7
        Wire answer = Wire.exchange(server, "OPTIONS " + path + " HTTP/1.1\n\n");
        assertEquals(methods, answer.headers().get("allow"), answer::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /products                | application/x-www-form-urlencoded | 200
            POST /events                 | application/json                  | 400
            POST /events                 | text/plain                        | 400
            POST /orders/1/cancel        | application/json                  | 401
            PUT /products/tea            | multipart/form-data; boundary=x   | 401
            """)
    void emptyChunkedBodyIsAnsweredAtOnce(String line, String type, int status) { // RFC 9112, 7.1
        Wire answer = Wire.exchange(
                server, line + " HTTP/1.1\nContent-Type: " + type + "\nTransfer-Encoding: chunked\n\n0\n\n");
        if (status == 200) {
            assertEquals(status, answer.status());
        } else {
            answer.isProblem(status);
        }
    }

    @Test
    void eventThatIsNoJsonIsRefused() { // RFC 9110, 15.5.16
        for (String type : new String[] {"text/plain", "foo", "application/cloudevents-batch+json"}) {
            Wire.exchange(server, "POST /events HTTP/1.1\nContent-Type: " + type + "\nContent-Length: 2\n\n{}")
                    .isProblem(415);
        }
    }
}
