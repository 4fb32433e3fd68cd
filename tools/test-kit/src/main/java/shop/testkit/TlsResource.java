/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * As {@link PostgresResource}, but everything is reached over TLS: the database, the broker, and the issuers' keys by HTTPS,
 * the people's trusted as the process trusts any server, the cluster's by a CA of their own. It is for an {@link Executable},
 * since a JVM reads its trust store once, and Quarkus hands the settings of one {@code @QuarkusIntegrationTest} on to the next.
 */
public class TlsResource implements BeforeAllCallback, AfterAllCallback {
    /** The token of the service for its broker. */
    public static final String TOKEN = "token.of.service";

    private final boolean trusted;
    private EmbeddedPostgres postgres;
    private HttpsServer peoplesKeys;
    private HttpsServer clustersKeys;
    private RecordingBroker broker;
    private Executable service;

    /** @param trusted whether the service is told to trust the certificate that these servers have, or another one */
    public TlsResource(boolean trusted) {
        this.trusted = trusted;
    }

    @Override
    public void beforeAll(ExtensionContext tests) {
        service = Executable.start(Map.of(), Executable.properties(start())).listening();
    }

    public RecordingBroker broker() {
        return broker;
    }

    /** The settings of a process that has these servers around it. */
    private Map<String, String> start() {
        Certificate servers = Certificate.forLocalhost();
        Certificate believed = trusted ? servers : Certificate.forLocalhost();
        Map<String, String> environment = new HashMap<>(Tokens.environment());
        try {
            postgres = EmbeddedPostgres.builder()
                    .setServerConfig("ssl", "on")
                    .setServerConfig("ssl_cert_file", servers.certificate().toString())
                    .setServerConfig("ssl_key_file", servers.key().toString())
                    .start();
            peoplesKeys = keysByHttps(servers, environment.get("PEOPLE_JWKS"));
            clustersKeys = keysByHttps(servers, environment.get("CLUSTER_JWKS"));
            broker = new RecordingBroker(servers);
            environment.put("K_SINK", broker.address().toString());
            environment.put("K_CA_CERTS", Files.readString(believed.certificate()));
            Path token = Files.createTempFile("token", null);
            environment.put("shop.sink.token", Files.writeString(token, TOKEN).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        environment.putAll(PostgreSql.migrated(postgres, Path.of("migrations").toAbsolutePath()));
        environment.put("quarkus.datasource.reactive.postgresql.ssl-mode", "verify-full");
        environment.put("quarkus.datasource.reactive.hostname-verification-algorithm", "HTTPS");
        environment.put("quarkus.datasource.reactive.trust-certificate-pem", "true");
        environment.put(
                "quarkus.datasource.reactive.trust-certificate-pem.certs",
                believed.certificate().toString());
        environment.put("PEOPLE_JWKS", addressOf(peoplesKeys));
        environment.put("CLUSTER_JWKS", addressOf(clustersKeys));
        environment.put("CLUSTER_CA", believed.certificate().toString());
        environment.put("javax.net.ssl.trustStore", believed.keyStore().toString());
        environment.put("javax.net.ssl.trustStorePassword", Certificate.PASSWORD);
        return environment;
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        service.close();
        peoplesKeys.stop(0);
        clustersKeys.stop(0);
        broker.close();
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Serves the keys of this {@code file:} URL. */
    public static HttpsServer keysByHttps(Certificate certificate, String file) throws IOException {
        byte[] jwks = Files.readAllBytes(Path.of(URI.create(file)));
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, jwks.length);
                exchange.getResponseBody().write(jwks);
            }
        });
        server.start();
        return server;
    }

    public static String addressOf(HttpsServer server) {
        return "https://localhost:" + server.getAddress().getPort() + "/";
    }
}
