package shop.deadletters;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DeadLetterIT extends DeadLetterTest {}
