/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OrderServiceAddressesIT extends OrderServiceAddressesTest {}
