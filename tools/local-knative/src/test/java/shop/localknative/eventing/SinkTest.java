package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.knative.duck.v1.DestinationBuilder;
import io.fabric8.knative.sources.v1.PingSourceBuilder;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shop.localknative.manifests.FieldPath;

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
                .withName("dead-letters")
                .endRef()
                .withUri(uri)
                .build();
        var source = new PingSourceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .endMetadata()
                .build();
        var directory =
                new Sink.Directory(d -> URI.create("http://127.0.0.1:1/"), new ServiceAccounts((s, a, v) -> ""));
        Sink sink = Sink.of(source, FieldPath.of("sink"), destination, directory);
        assertEquals(URI.create(url), sink.name());
    }
}
