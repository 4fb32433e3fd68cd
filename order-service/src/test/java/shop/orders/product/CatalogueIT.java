package shop.orders.product;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CatalogueIT extends CatalogueTest {}
