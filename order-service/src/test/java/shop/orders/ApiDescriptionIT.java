package shop.orders;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ApiDescriptionIT extends ApiDescriptionTest {}
