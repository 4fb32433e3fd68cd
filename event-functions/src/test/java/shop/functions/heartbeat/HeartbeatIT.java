package shop.functions.heartbeat;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class HeartbeatIT extends HeartbeatTest {}
