/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;

@QuarkusIntegrationTest
@TestProfile(KnownSendersTest.Cluster.class)
class KnownSendersIT extends KnownSendersTest {}
