/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.knative.duck.v1.DestinationBuilder;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkTest {

    /** knative.dev/pkg resolver/addressable_resolver.go: {@code ResolveReference} of the ref's URL and the uri, RFC 3986. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            Service | -                | http://dead-letters.shop.svc.cluster.local
            Service | /events          | http://dead-letters.shop.svc.cluster.local/events
            Service | /events/t        | http://dead-letters.shop.svc.cluster.local/events/t
            Service | events/t         | http://dead-letters.shop.svc.cluster.local/events/t
            Service | /events?trigger=t | http://dead-letters.shop.svc.cluster.local/events?trigger=t
            Broker  | -                | http://broker-ingress.knative-eventing.svc.cluster.local/shop/dead-letters
            Broker  | /other           | http://broker-ingress.knative-eventing.svc.cluster.local/other
            """)
    void uriIsRelativeToTheRef(String kind, String uri, String url) {
        var destination = new DestinationBuilder()
                .withNewRef()
                .withKind(kind)
                .withNamespace("shop")
                .withName("dead-letters")
                .endRef()
                .withUri(uri)
                .build();
        Sink sink = new Sink(null, destination, null);
        assertEquals(URI.create(url), sink.url());
    }
}
