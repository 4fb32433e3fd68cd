/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import shop.orders.OrdersResource;
import shop.orders.Shop;
import shop.testkit.RefusedEvents;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class RefusedEventTest extends RefusedEvents {
    @Override
    protected UUID publishSomething() {
        return Shop.placed(UUID.randomUUID(), Shop.product(1), 1);
    }
}
