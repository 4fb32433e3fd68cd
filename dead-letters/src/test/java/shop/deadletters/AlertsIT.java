/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AlertsIT extends AlertsTest {}
