/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import shop.testkit.FrameworkRefusals;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class FrameworkRefusalsTest extends FrameworkRefusals {}
