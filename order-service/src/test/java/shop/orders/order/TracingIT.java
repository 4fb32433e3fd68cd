/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.order;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TracingIT extends TracingTest {}
