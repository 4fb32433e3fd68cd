/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import shop.edge.ProcessMemory;

/** Adds the process' memory to Quarkus' metrics. */
@Singleton
class ProcessMetrics {
    @Produces
    @Singleton
    MeterBinder memory() {
        return new ProcessMemory();
    }
}
