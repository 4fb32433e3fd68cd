/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/** local-knative with one Broker, and one Trigger for all its events. */
final class OneBroker implements AutoCloseable {
    static final String DATA = "{\"orderId\":\"0199f3a0-7d2c-7c58-9f0e-3d1f6d0c8a11\",\"userId\":\"%s\",\"lines\":[%s]}"
            .formatted(
                    "0199f3a0-1111-7c58-9f0e-3d1f6d0c8a11",
                    "{\"sku\":\"chair-oak\",\"quantity\":2,\"price\":{\"amount\":12900,\"currency\":\"EUR\"}},"
                            + "{\"sku\":\"table-oak\",\"quantity\":1,\"price\":{\"amount\":45900,\"currency\":\"EUR\"}}");

    private static final String MANIFESTS = """
            apiVersion: eventing.knative.dev/v1
            kind: Broker
            metadata: {namespace: bench, name: default}
            ---
            apiVersion: eventing.knative.dev/v1
            kind: Trigger
            metadata: {namespace: bench, name: all}
            spec:
              broker: default
              subscriber: {uri: 'http://127.0.0.1:%d/'}
            """;

    private static final String EVENT = """
            POST /bench/default HTTP/1.1\r
            Host: broker-ingress.knative-eventing.svc.cluster.local\r
            ce-specversion: 1.0\r
            ce-id: 0199f3a0-7d2c-7c58-9f0e-3d1f6d0c8a12\r
            ce-type: shop.order.placed.v1\r
            ce-source: /order-service\r
            ce-time: 2026-01-02T03:04:05Z\r
            ce-subject: 0199f3a0-7d2c-7c58-9f0e-3d1f6d0c8a11\r
            Content-Type: application/json\r
            Content-Length: %d\r
            \r
            %s""".formatted(DATA.length(), DATA);

    private final LocalKnative knative;

    OneBroker(int subscriber) throws IOException {
        Path manifests = Files.createTempDirectory("bench");
        Files.writeString(manifests.resolve("broker.yaml"), MANIFESTS.formatted(subscriber));
        knative = new LocalKnative(manifests);
    }

    Link link() throws IOException {
        return new Link(knative.port(), EVENT);
    }

    /** Its database. */
    Commits commits() throws IOException, SQLException {
        String port = Files.readAllLines(knative.data().resolve("postgresql/postmaster.pid"))
                .get(3)
                .strip();
        return new Commits(
                Integer.parseInt(port), Files.readString(knative.data().resolve("credentials/local_knative")));
    }

    @Override
    public void close() {
        knative.close();
    }
}
