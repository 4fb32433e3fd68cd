package shop.deadletters;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ManagementInterfaceIT extends ManagementInterfaceTest {}
