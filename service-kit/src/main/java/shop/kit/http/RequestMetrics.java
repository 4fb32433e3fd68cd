/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.stream.Stream;
import shop.edge.ProcessMemory;

/** Adds to Quarkus' metrics: the durations of requests as a histogram, of which percentiles are made, and the process' memory. */
@Singleton
class RequestMetrics {
    private static final double[] BUCKETS = Stream.of(10, 25, 100, 250, 500, 1000, 2500, 5000, 10000)
            .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
            .toArray();

    @Produces
    @Singleton
    MeterFilter histogram() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().equals("http.server.requests")
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(BUCKETS)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    @Produces
    @Singleton
    MeterBinder memory() {
        return new ProcessMemory();
    }
}
