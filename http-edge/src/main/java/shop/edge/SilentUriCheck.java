/* SPDX-License-Identifier: Apache-2.0 */
package shop.edge;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Switches off Quarkus' check of a request's target, which answers 400 without a word; {@link RequestHead} makes the same, or
 * the router. The switch is a system property that Quarkus reads before there is any bean, for executables while they are built.
 */
public class SilentUriCheck implements SmallRyeConfigBuilderCustomizer {
    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        System.setProperty("vertx.disableURIValidation", "true");
    }
}
