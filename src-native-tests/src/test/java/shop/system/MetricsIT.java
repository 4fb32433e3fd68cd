/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The metrics of every process that any test has made run, also of those that are gone: they are read at the front door. */
@Order(Integer.MAX_VALUE)
@ExtendWith(ShopExtension.class)
class MetricsIT {
    private static final int MOST_VALUES = 50;

    /** Of a user, an order, an event or a trace, an e-mail address, a payment token. */
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16}|\\d{6}|@|tok_");

    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Shop shop;

    MetricsIT(Shop shop) {
        this.shop = shop;
    }

    /** https://prometheus.io/docs/practices/naming/#labels: every value is a series of its own, for ever. */
    @Test
    void labelsHaveFewValuesAndNoIds() {
        Shop.Customer customer = shop.registerCustomer();
        String order = shop.placeOrder(customer, shop.stockProduct(1), "tok_ok");
        shop.awaitStatus("CONFIRMED", order);
        Map<String, Set<String>> values = new TreeMap<>();
        String page = shop.knative().request("localhost").get("/metrics").asString();
        page.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String metric = line.replaceFirst("[{ ].*", "");
            LABEL.matcher(line)
                    .results()
                    .forEach(label -> values.computeIfAbsent(metric + " " + label.group(1), any -> new TreeSet<>())
                            .add(label.group(2)));
        });
        assertTrue(
                values.containsKey("http_server_requests_seconds_count service"),
                values.keySet().toString());
        values.forEach((label, all) -> {
            assertTrue(all.size() <= MOST_VALUES, label + " has " + all);
            assertEquals(
                    List.of(),
                    all.stream().filter(value -> ID.matcher(value).find()).toList(),
                    label);
        });
    }
}
