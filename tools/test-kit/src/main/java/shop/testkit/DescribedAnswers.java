/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.net.URI;
import java.util.List;

/**
 * Lets no test get an answer that is not as the service's OpenAPI document says: its status, headers and media type, a body that
 * is an instance of the schema, a problem whose type is named. RestAssured's answers are looked at, in every test of Quarkus,
 * of executables, too.
 */
public class DescribedAnswers implements QuarkusTestBeforeEachCallback, Filter {
    private ApiDocument document;

    @Override
    public void beforeEach(QuarkusTestMethodContext test) {
        if (RestAssured.filters().isEmpty()) {
            ApiDocument.find().ifPresent(described -> {
                document = described;
                RestAssured.filters(this);
            });
        }
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        document.template(request.getMethod(), URI.create(request.getURI()).getRawPath())
                .ifPresent(template -> check(request.getMethod(), template, response));
        return response;
    }

    private void check(String method, String template, Response response) {
        String name = method + " " + template + " " + response.statusCode();
        ApiDocument.Answer answer = document.answer(method, template, response.statusCode())
                .orElseThrow(() -> new AssertionError(name + " is not described: " + response.asString()));
        answer.requiredHeaders()
                .forEach(
                        header -> assertTrue(response.headers().hasHeaderWithName(header), name + " has no " + header));
        String body = response.asString();
        List<String> mediaTypes = answer.mediaTypes().toList();
        if (mediaTypes.isEmpty() || method.equals("HEAD")) {
            assertEquals("", body, name);
            return;
        }
        String mediaType = response.contentType().split(";")[0];
        assertTrue(mediaTypes.contains(mediaType), name + " comes as " + mediaType);
        assertEquals(List.of(), document.faults(answer, mediaType, body), name + ": " + body);
        if (mediaType.equals(Problems.MEDIA_TYPE)) {
            String type = response.path("type");
            String slug = type.substring(type.lastIndexOf('/') + 1);
            assertTrue(
                    answer.response().get("description").asText().contains("(" + slug + ")"),
                    name + " does not describe (" + slug + ")");
        }
    }
}
