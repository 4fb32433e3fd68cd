/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.knative.duck.v1.DestinationBuilder;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {
    private final Addresses addresses = new Addresses();

    @BeforeEach
    void listeners() {
        addresses.listenWith(unknown -> 404);
        addresses.add("order-service.shop.svc.cluster.local", 1234);
        addresses.add(Addresses.BROKER_INGRESS, 4321);
    }

    @ParameterizedTest
    @CsvSource({
        "http://order-service.shop.svc.cluster.local, http://127.0.0.1:1234",
        "http://order-service.shop.svc.cluster.local:80/orders?a=b, http://127.0.0.1:1234/orders?a=b",
        "http://order-service.shop.svc/orders, http://127.0.0.1:1234/orders",
        "http://order-service.shop/orders, http://127.0.0.1:1234/orders",
        "http://order-service/orders, http://127.0.0.1:1234/orders",
        "http://order-service.shop.example.com, http://order-service.shop.example.com",
        "http://other.shop.svc.cluster.local/, http://127.0.0.1:404/",
        "http://other.shop.svc:8080/a, http://127.0.0.1:404/a",
        "http://other.shop/, http://other.shop/",
        "https://other.shop.svc/, http://127.0.0.1:404/",
        "https://kubernetes.default.svc.cluster.local, https://kubernetes.default.svc.cluster.local",
        "order-service.shop.svc.cluster.local, order-service.shop.svc.cluster.local",
        "jdbc:postgresql://127.0.0.1/db, jdbc:postgresql://127.0.0.1/db"
    })
    void urlsOfTheClusterLeadToLoopback(String url, String expected) {
        assertEquals(expected, addresses.translate(url, "shop"));
    }

    @Test
    void everyUrlOfAListIsTranslated() {
        assertEquals(
                "http://127.0.0.1:1234/a,http://elsewhere.example,http://127.0.0.1:1234",
                addresses.translate(
                        "http://order-service.shop/a,http://elsewhere.example,http://order-service.shop.svc", "shop"));
    }

    @Test
    void serviceWithAUri() {
        var destination = new DestinationBuilder()
                .withNewRef()
                .withApiVersion("serving.knative.dev/v1")
                .withKind("Service")
                .withNamespace("shop")
                .withName("order-service")
                .endRef()
                .withUri("/events")
                .build();
        assertEquals(URI.create("http://127.0.0.1:1234/events"), addresses.resolve(destination));
    }

    @Test
    void brokerIsAPathOfTheIngress() {
        var destination = new DestinationBuilder()
                .withNewRef()
                .withApiVersion("eventing.knative.dev/v1")
                .withKind("Broker")
                .withNamespace("shop")
                .withName("default")
                .endRef()
                .build();
        assertEquals(URI.create("http://127.0.0.1:4321/shop/default"), addresses.resolve(destination));
    }
}
