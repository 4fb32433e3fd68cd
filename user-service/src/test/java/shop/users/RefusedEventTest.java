/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import shop.testkit.PostgresResource;
import shop.testkit.RefusedEvents;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(OrderServiceStub.class)
class RefusedEventTest extends RefusedEvents {
    @Override
    protected UUID publishSomething() {
        return UserRequests.registered();
    }
}
