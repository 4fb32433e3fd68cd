/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import static io.restassured.RestAssured.given;

/** What an application's metrics say. */
public final class Metrics {
    private Metrics() {}

    /**
     * The value of a series, the sum of several.
     *
     * @param series a name, with or without all its labels, as it is written
     */
    public static double value(int managementPort, String series) {
        return given().port(managementPort)
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(series + " ") || line.startsWith(series + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
