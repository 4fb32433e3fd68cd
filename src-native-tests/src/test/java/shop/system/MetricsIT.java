/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.testkit.MetricLabels;

/** The metrics of every process that any test has made run, also of those that are gone: they are read at the front door. */
@Order(Integer.MAX_VALUE)
@ExtendWith(ShopExtension.class)
class MetricsIT {
    private final Shop shop;

    MetricsIT(Shop shop) {
        this.shop = shop;
    }

    /** https://prometheus.io/docs/practices/naming/#labels: every value is a series of its own, for ever. */
    @Test
    void labelsHaveFewValuesAndNoIds() {
        Shop.Customer customer = shop.registerCustomer();
        String order = shop.placeOrder(customer, shop.stockProduct(1), "tok_ok");
        shop.awaitMail(customer, order, "is confirmed");
        await("the metrics of all that has run")
                .atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertEquals(List.of(), unseen(metrics())));
        MetricLabels.assertBounded(metrics());
        assertFalse(metrics().contains("tok_"), "a payment token");
    }

    /** Services that were started and of which there are no metrics but what local-knative and the operating system know. */
    private List<String> unseen(String metrics) {
        List<String> started = shop.knative().page("/").getList("services.findAll { it.starts > 0 }.name");
        return started.stream()
                .filter(service -> !service.equals("payment-sandbox")) // stands for the world outside
                .filter(service -> metrics.lines()
                        .filter(line -> line.contains("{kn_service_name=\"%s\"".formatted(service)))
                        .allMatch(line -> line.startsWith("process_")))
                .toList();
    }

    private String metrics() {
        return shop.knative().request("localhost").get("/metrics").asString();
    }
}
