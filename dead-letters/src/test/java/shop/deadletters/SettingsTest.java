/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import shop.testkit.LiveSettings;
import shop.testkit.PostgresResource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SettingsTest extends LiveSettings {}
