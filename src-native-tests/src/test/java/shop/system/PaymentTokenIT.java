/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.system.Shop.Customer;

/**
 * The token of a payment is in order-service's own table, until the payment is known, and nowhere else: in no event that the
 * outbox, the broker or a dead letter keeps, and in no log. What is meant is a row that can be read: PostgreSQL has the bytes of
 * a deleted one in its write-ahead log and in the table's pages until it uses them again.
 */
@ExtendWith(ShopExtension.class)
class PaymentTokenIT {
    private final Shop shop;
    private final LocalKnative knative;
    private final Customer customer;

    PaymentTokenIT(Shop shop) {
        this.shop = shop;
        knative = shop.knative();
        customer = shop.registerCustomer();
    }

    @Test
    void tokenIsNowhereButInItsTableAndNotThereWhenThePaymentIsKnown() {
        String token = "tok_" + UUID.randomUUID(); // which the provider does not know, and so declines
        String order = shop.placeOrder(customer, shop.stockProduct(1), token);
        shop.awaitStatus("REJECTED", order);
        shop.awaitMail(customer, order, "was rejected");

        assertEquals(
                List.of(),
                knative.query("order-service", "select token from payment_tokens where token = '%s'".formatted(token)));
        knative.query("order-service", "checkpoint");
        String table = knative.query("order-service", "select pg_relation_filepath('payment_tokens')")
                .getFirst();
        assertFalse(filesWith(order, table).isEmpty(), "the search finds nothing at all");
        assertEquals(List.of(), filesWith(token, table));
    }

    @Test
    void tokenIsThereWhileThePaymentIsWaitedForAndGoesWithTheCancellation() {
        String order = shop.placeOrder(customer, shop.stockProduct(1), "tok_error");
        String tokens = "select token from payment_tokens where order_id = '%s'".formatted(order);
        assertEquals(List.of("tok_error"), knative.query("order-service", tokens));
        shop.to("order-service", customer)
                .post("/orders/{id}/cancel", order)
                .then()
                .statusCode(200);
        assertEquals(List.of(), knative.query("order-service", tokens));
        shop.awaitRefund(order);
    }

    /** Of all tests so far, with requests and replies of functions logged (src-native-tests/k8s). */
    @Test
    void noLogHasAnAddressOrANameOfAnybody() {
        String order = shop.placeOrder(customer, shop.stockProduct(1), "tok_ok");
        shop.awaitMail(customer, order, "is confirmed");
        for (String function : List.of("authorize-payment", "notify-customer")) {
            String log = knative.logOf(function);
            assertTrue(
                    log.contains(" request={") && log.contains("\"orderId\":\"" + order),
                    function + " logs no requests");
        }
        assertEquals(List.of(), logsWith("@" + Shop.DOMAIN_OF_EVERYBODY));
        assertEquals(List.of(), logsWith(Shop.NAME_OF_EVERYBODY));
        assertEquals(List.of(), logsWith("tok_"));
    }

    private List<Path> logsWith(String text) {
        return filesWith(text, "/postgresql/").stream()
                .filter(file -> file.toString().endsWith(".log"))
                .toList();
    }

    /** Of all that the system has written, but the table of this path and the write-ahead log, the files with this text. */
    private List<Path> filesWith(String text, String table) {
        try (Stream<Path> files = Files.walk(knative.data())) {
            return Stream.concat(Stream.of(knative.log()), files.filter(Files::isRegularFile))
                    .filter(file -> !file.toString().contains("/pg_wal/")
                            && !file.toString().contains(table))
                    .filter(file -> contentOf(file).contains(text))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (NoSuchFileException gone) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
