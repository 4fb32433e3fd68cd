/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.heartbeat;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class HeartbeatIT extends HeartbeatTest {}
