package shop.orders.order;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OrderLifeCycleIT extends OrderLifeCycleTest {}
