/* SPDX-License-Identifier: Apache-2.0 */
package shop.edge;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The memory that the kernel counts against the container's limit, by the name that Prometheus' client libraries have for it
 * (its documentation, "Writing client libraries", process metrics). Micrometer has none, and an executable's heap says little.
 */
public final class ProcessMemory implements MeterBinder {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("process.resident.memory", ProcessMemory::bytes)
                .baseUnit("bytes")
                .description("Resident memory size")
                .register(meters);
    }

    private static double bytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
