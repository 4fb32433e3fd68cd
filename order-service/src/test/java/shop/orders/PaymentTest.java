package shop.orders;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;

@QuarkusTest
@QuarkusTestResource(OrdersResource.class)
class PaymentTest {
    private final UUID buyer = UUID.randomUUID();

    @Test
    void authorizedPaymentConfirmsTheOrder() {
        String sku = Shop.product(3);
        UUID order = Shop.placed(buyer, sku, 2);
        assertEquals("PLACED", Shop.status(order));
        Shop.authorized(order);
        assertEquals("CONFIRMED", Shop.status(order));
        assertEquals(1, Shop.stock(sku));
        assertEquals(List.of("PLACED", "CONFIRMED"), Shop.history(order));
        await().until(() -> Shop.published(order).size() == 2);
        assertEquals(List.of(EventTypes.ORDER_PLACED, EventTypes.ORDER_CONFIRMED), Shop.published(order));
    }

    @Test
    void declinedPaymentRejectsTheOrderAndGivesTheStockBack() {
        String sku = Shop.product(3);
        UUID order = Shop.placed(buyer, sku, 2);
        Shop.declined(order);
        assertEquals("REJECTED", Shop.status(order));
        assertEquals(3, Shop.stock(sku));
        await().until(() -> Shop.published(order).size() == 2);
        assertEquals(List.of(EventTypes.ORDER_PLACED, EventTypes.ORDER_REJECTED), Shop.published(order));
    }
}
