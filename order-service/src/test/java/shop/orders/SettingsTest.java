/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import shop.testkit.LiveSettings;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class SettingsTest extends LiveSettings {}
