/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class NotifyCustomerIT extends NotifyCustomerTest {}
