/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TracingIT extends TracingTest {}
