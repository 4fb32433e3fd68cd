/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import io.vertx.core.tracing.TracingOptions;
import jakarta.inject.Singleton;

/** Has Vert.x tell of the requests that it receives and sends. */
@Singleton
class Tracing implements VertxOptionsCustomizer {
    @Override
    @SuppressWarnings(
            "deprecation") // In place of setFactory there is VertxBuilder only, which Quarkus shows to nobody.
    public void accept(VertxOptions vertx) {
        vertx.setTracingOptions(new TracingOptions().setFactory(options -> new Propagation()));
    }
}
