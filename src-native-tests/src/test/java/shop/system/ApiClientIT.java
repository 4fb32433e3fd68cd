/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.path.json.JsonPath;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The services by clients that are generated from their OpenAPI documents (tools/api-checks/client). */
@ExtendWith(ShopExtension.class)
class ApiClientIT {
    @Test
    void generatedClientPlacesAnOrder(Shop shop) {
        String user = UUID.randomUUID().toString();
        JsonPath order = JsonPath.from(ApiChecks.client(
                "place-order",
                Map.of(
                        "PORT", Integer.toString(shop.knative().port()),
                        "ADMIN", shop.adminToken(),
                        "CUSTOMER", shop.knative().token("--role", "customer", "--user", user))));
        assertEquals("CONFIRMED", order.getString("status"));
        assertEquals(user, order.getString("userId"));
        assertEquals("CONFIRMED", shop.statusOf(order.getString("id")));
    }
}
