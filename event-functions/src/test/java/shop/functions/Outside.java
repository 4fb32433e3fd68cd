/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.hamcrest.Matcher;
import shop.testkit.Ports;

/** The surroundings of the functions, by the variables of the manifests. A test that has a field of this type gets it. */
public class Outside implements QuarkusTestResourceLifecycleManager {
    public static final String OPERATORS = "operators@shop.example";

    /** The place where a @QuarkusIntegrationTest looks for the log of its process. */
    private static final Path LOG = Path.of("target", "quarkus.log");

    /** What a running function has to keep. */
    private static final Duration SOON = Duration.ofSeconds(5);

    public Party paymentProvider;
    public Party orderService;
    public Party userService;
    public GreenMail mailServer;

    private int managementPort;
    private Path directory;

    @Override
    public Map<String, String> start() {
        paymentProvider = new Party();
        orderService = new Party();
        userService = new Party();
        int smtp = Ports.free();
        mailServer = new GreenMail(new ServerSetup(smtp, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mailServer.start();
        managementPort = Ports.free();
        try {
            directory =
                    Files.createTempDirectory(Path.of("target"), "functions").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        identityToken("a-token");
        settings().toFile().mkdir();
        return Map.ofEntries(
                Map.entry("PAYMENT_PROVIDER_URL", paymentProvider.url()),
                Map.entry("ORDER_SERVICE_URL", orderService.url()),
                Map.entry("USER_SERVICE_URL", userService.url()),
                Map.entry("IDENTITY_TOKEN_FILE", tokenFile().toString()),
                Map.entry("shop.settings", settings().toString()),
                Map.entry("OPERATORS_EMAIL", OPERATORS),
                Map.entry("SMTP_HOST", "localhost"),
                Map.entry("SMTP_PORT", Integer.toString(smtp)),
                Map.entry("SMTP_FROM", "The Shop <orders@shop.example>"),
                Map.entry("SMTP_STARTTLS", "DISABLED"),
                Map.entry("quarkus.rest-client.payment-provider.read-timeout", "1000"),
                Map.entry("quarkus.rest-client.order-service.read-timeout", "1000"),
                Map.entry("quarkus.rest-client.user-service.read-timeout", "1000"),
                // It logs addresses, and in a @QuarkusTest into the same log.
                Map.entry("quarkus.log.category.\"com.icegreen\".level", "WARN"),
                Map.entry("quarkus.management.port", Integer.toString(managementPort)),
                Map.entry("quarkus.management.test-port", Integer.toString(managementPort)),
                Map.entry("quarkus.log.file.enabled", "true"),
                Map.entry("quarkus.log.file.path", LOG.toString()),
                Map.entry("quarkus.log.file.format", "${quarkus.log.console.format}"));
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(Outside.class));
    }

    @Override
    public void stop() {
        paymentProvider.close();
        orderService.close();
        userService.close();
        mailServer.stop();
    }

    /** Replaces the function's projected token, as the cluster does. */
    public void identityToken(String token) {
        write("token", token);
    }

    private void write(String file, String token) {
        try {
            Files.writeString(directory.resolve(file), token + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Edits the mounted ConfigMap, and waits until the function that runs has taken it. */
    public void set(String name, String text) {
        edit(name, text, equalTo(text));
    }

    /** Edits the mounted ConfigMap, and waits until the function that runs has refused it. */
    public void setRefused(String name, String text) {
        edit(name, text, containsString("refused"));
    }

    private void edit(String name, String text, Matcher<String> shown) {
        try {
            Files.writeString(settings().resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(SOON).until(() -> setting(name), shown);
    }

    /** Takes the key out of the ConfigMap again, and waits for its default. */
    public void unset(String name, String byDefault) {
        try {
            Files.deleteIfExists(settings().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(SOON).until(() -> setting(name), equalTo(byDefault));
    }

    /** The setting as the function's health tells it. */
    public String setting(String name) {
        return management("/q/health").path("checks.find { it.name == 'settings' }.data.'" + name + "'");
    }

    public int managementPort() {
        return managementPort;
    }

    public String metrics() {
        return management("/q/metrics").asString();
    }

    /** The answer of the management interface, which probes and Prometheus ask. */
    public Response management(String path) {
        return given().port(managementPort).get(path);
    }

    public String log() {
        try {
            return Files.readString(LOG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path settings() {
        return directory.resolve("settings");
    }

    private Path tokenFile() {
        return directory.resolve("token");
    }
}
