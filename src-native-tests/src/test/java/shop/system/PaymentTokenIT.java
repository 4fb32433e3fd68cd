/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shop.events.EventTypes;
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
    void noLogHasAnAddressANameOrATokenOfAnybody() {
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
        assertEquals(List.of(), logsWith("eyJ"), "a JWT begins with {\" in base64url (RFC 7519, 3.1)");
    }

    /** Of senders that put them where no contract has them. */
    @Test
    void noLogHasAnAddressANameOrATokenFromAWrongPlaceInAnEvent() {
        String secret = UUID.randomUUID().toString();
        String data = """
                {"orderId": "%s", "userId": "%s", "reason": "none", "note": "%s@shop.example", "name": "Zo\u00eb %s",
                 "card": {"token": "tok_%s"}, "more": "%s"}""".formatted(UUID.randomUUID(), UUID.randomUUID(), secret, secret, secret, secret.repeat(300));
        for (String type : List.of(EventTypes.ORDER_SHIPPED, EventTypes.PAYMENT_DECLINED)) {
            String id = publish(type, ", \"data\": " + data, secret);
            awaitLine(type.equals(EventTypes.ORDER_SHIPPED) ? "notify-customer" : "order-events", id);
        }
        String encoded = Base64.getEncoder()
                .encodeToString(
                        "{\"note\": \"%s@shop.example\"}".formatted(secret).getBytes(UTF_8));
        String id = publish(EventTypes.ORDER_PLACED, ", \"data_base64\": \"" + encoded + '"', secret);
        awaitLine("authorize-payment", id);
        awaitLine("dead-letters", id);

        knative.query("order-service", "checkpoint");
        assertFalse(filesWith(secret, "none").isEmpty(), "the search finds nothing at all");
        assertEquals(List.of(), logsWith(secret));
        assertEquals(List.of(), logsWith(encoded));
    }

    private String publish(String type, String data, String secret) {
        String id = UUID.randomUUID().toString();
        knative.request("broker-ingress.knative-eventing.svc.cluster.local")
                .contentType("application/cloudevents+json; charset=UTF-8")
                .body("""
                        {"specversion": "1.0", "id": "%s", "type": "%s", "source": "/by-hand", "session": "eyJ%s",
                         "datacontenttype": "application/json"%s}""".formatted(id, type, secret, data).getBytes(UTF_8))
                .post("/shop/default")
                .then()
                .statusCode(202);
        return id;
    }

    private void awaitLine(String service, String event) {
        await(service + " logs " + event)
                .atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> knative.logOf(service).contains(event));
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
