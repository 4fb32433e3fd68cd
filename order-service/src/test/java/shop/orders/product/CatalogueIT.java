/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CatalogueIT extends CatalogueTest {}
