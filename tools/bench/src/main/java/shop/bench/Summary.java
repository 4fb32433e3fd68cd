/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.util.stream.DoubleStream;

/** A summary of figures of the same thing. */
final class Summary {
    private Summary() {}

    /** The median, and the range. */
    static String of(double[] figures) {
        double[] sorted = sorted(figures);
        return "%,.0f (%,.0f–%,.0f)".formatted(median(figures), sorted[0], sorted[sorted.length - 1]);
    }

    static double median(double[] figures) {
        return sorted(figures)[figures.length / 2];
    }

    private static double[] sorted(double[] figures) {
        return DoubleStream.of(figures).sorted().toArray();
    }
}
