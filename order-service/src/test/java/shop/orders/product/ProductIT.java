package shop.orders.product;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProductIT extends ProductTest {}
