/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit;

import java.util.Map;
import shop.testkit.PostgresResource;

/** The surroundings of a service that has no tables but the kit's and one for its effects. */
public class KitResource extends PostgresResource {
    @Override
    public void init(Map<String, String> arguments) {
        super.init(Map.of("migrations", "service-kit/src/test/resources/migrations"));
    }
}
