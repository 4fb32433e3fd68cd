/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.hamcrest.Matchers.equalTo;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The paths that are reachable from outside, and those that are not. */
@ExtendWith(ShopExtension.class)
class FrontDoorIT {
    private final LocalKnative knative;

    FrontDoorIT(Shop shop) {
        knative = shop.knative();
    }

    @Test
    void restServicesAnswerUnderTheirPublicNames() {
        knative.request("order-service.shop.localhost").get("/products").then().statusCode(200);
        knative.request("user-service.shop.localhost").get("/q/openapi").then().statusCode(200);
    }

    @Test
    void eventEndpointsHealthAndMetricsAreNotPublic() {
        for (String service : List.of("order-service", "user-service")) {
            for (String path : List.of("/events", "/q/health", "/q/metrics")) {
                knative.request(service + ".shop.localhost").post(path).then().statusCode(404);
                knative.request(service + ".shop.localhost").get(path).then().statusCode(404);
            }
        }
    }

    @Test
    void clusterLocalServicesHaveNoPublicName() {
        for (String service : List.of("order-events", "user-events", "dead-letters", "payment-sandbox")) {
            knative.request(service + ".shop.localhost")
                    .get("/")
                    .then()
                    .statusCode(404)
                    .body(
                            "detail",
                            equalTo("Nothing is called '" + service
                                    + ".shop.localhost'; the page of localhost says what is."));
        }
    }
}
