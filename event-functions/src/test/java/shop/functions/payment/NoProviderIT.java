/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.payment;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class NoProviderIT extends NoProviderTest {}
