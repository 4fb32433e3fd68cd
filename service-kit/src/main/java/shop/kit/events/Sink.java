/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.http.HttpMessageFactory;
import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.TrustOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import shop.cloudevents.HeaderValue;
import shop.tracing.Trace;
import shop.tracing.TraceContext;

/**
 * The address for events, in the variables of a Knative SinkBinding: {@code K_SINK}, {@code K_CA_CERTS} with certificates to
 * trust there besides the usual ones, {@code K_CE_OVERRIDES} with extensions for every event; and a file with a token of this
 * workload, if the sink wants one.
 */
@ApplicationScoped
class Sink {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /**
     * Longer than a broker's slowest honest answer, since an event that is sent again costs more than waiting: the in-memory
     * channel lets a publisher wait for its subscribers, 15 min at most (knative/eventing pkg/channel/fanout), Kafka's 3 min
     * for its log ({@code max.block.ms} and {@code delivery.timeout.ms} of config-kafka-broker-data-plane). A process that ends
     * before has its event sent again by the next one.
     */
    private static final Duration ANSWER = Duration.ofMinutes(16);

    /**
     * What a broker answers to an event that it will never take (RFC 9110, 15.5; RFC 6585, 5), as 400 is Knative's answer to
     * whatever is no event or was passed on too often (knative/eventing pkg/broker/ingress, ServeHTTP). Other answers 4xx
     * tell of the address, of credentials and of the moment: the same event may be taken later.
     */
    private static final Set<Integer> FOR_GOOD = Set.of(400, 413, 415, 422, 431);

    private static final int LONGEST_REASON = 1000;

    /** The sink will never take this event. */
    static final class RefusedException extends RuntimeException {
        private final String details;

        /** @param details for an admin alone, since they may quote the event */
        RefusedException(String message, String details) {
            super(message);
            this.details = details;
        }

        String reason() {
            return details == null || details.isBlank()
                    ? getMessage()
                    : getMessage() + ": " + details.substring(0, Math.min(details.length(), LONGEST_REASON));
        }
    }

    private final Vertx vertx;
    private final Optional<String> address;
    private final JsonObject extensions;
    private final Path token;
    private final HttpClient client;

    Sink(
            Vertx vertx,
            @ConfigProperty(name = "K_SINK") Optional<String> address,
            @ConfigProperty(name = "K_CA_CERTS") Optional<String> certificates,
            @ConfigProperty(name = "K_CE_OVERRIDES") Optional<String> overrides,
            @ConfigProperty(name = "shop.sink.token", defaultValue = "/oidc/token") Path token) {
        this.vertx = vertx;
        this.address = address;
        this.extensions = overrides
                .map(JsonObject::new)
                .map(json -> json.getJsonObject("extensions"))
                .orElseGet(JsonObject::new);
        this.token = token;
        HttpClientOptions options = new HttpClientOptions().setConnectTimeout((int) CONNECT.toMillis());
        certificates.ifPresent(pem -> options.setTrustOptions(trust(pem)));
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(Publisher.AT_ONCE));
    }

    boolean isBound() {
        return address.isPresent();
    }

    /** The headers with the token as it is now, since it is replaced before it expires; empty if no token is mounted. */
    Map<String, String> credentials() {
        try {
            String bearer = Files.readString(token).strip();
            return Map.of(HttpHeaders.AUTHORIZATION.toString(), "Bearer " + bearer);
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the sink answers 2xx; with a {@link RefusedException} if sending it again is of no use. */
    Future<Void> send(CloudEvent event, Map<String, String> credentials) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(address.orElseThrow())
                .setTimeout(ANSWER.toMillis());
        credentials.forEach(request::addHeader);
        Buffer[] body = {Buffer.buffer()};
        HttpMessageFactory.createWriter(
                        (name, value) -> request.addHeader(
                                name, HeaderValue.isAttribute(name) ? HeaderValue.encode(value) : value),
                        data -> body[0] = data == null ? body[0] : Buffer.buffer(data))
                .writeBinary(overridden(event));
        Span span = Trace.send(vertx, "publish " + event.getType(), StoredEvent.attributes(event)::getString);
        TraceContext.write(span.getSpanContext(), request::addHeader);
        return client.request(request)
                .compose(open -> open.send(body[0]))
                .compose(Sink::taken)
                .onComplete(sent -> Trace.end(span, sent.cause()));
    }

    private static Future<Void> taken(HttpClientResponse response) {
        String answer = "it answered " + response.statusCode();
        if (FOR_GOOD.contains(response.statusCode())) {
            return response.body()
                    .compose(text -> Future.failedFuture(new RefusedException(answer, text.toString(UTF_8))));
        }
        return response.statusCode() / 100 == 2 ? response.body().mapEmpty() : Future.failedFuture(answer);
    }

    private CloudEvent overridden(CloudEvent event) {
        if (extensions.isEmpty()) {
            return event;
        }
        CloudEventBuilder overridden = CloudEventBuilder.from(event);
        extensions.forEach(
                extension -> overridden.withExtension(extension.getKey(), String.valueOf(extension.getValue())));
        return overridden.build();
    }

    private static TrustOptions trust(String pem) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : trusted(pem)) {
                store.setCertificateEntry(String.valueOf(store.size()), certificate);
            }
            return TrustOptions.wrap(trustManager(store));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("K_CA_CERTS must be PEM certificates: " + e.getMessage(), e);
        }
    }

    /** The usual certificates, and these. */
    static List<Certificate> trusted(String pem) throws GeneralSecurityException {
        List<Certificate> trusted = new ArrayList<>(List.of(trustManager(null).getAcceptedIssuers()));
        trusted.addAll(CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(UTF_8))));
        return trusted;
    }

    /** Without a store, of the usual certificates. */
    private static X509TrustManager trustManager(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }
}
