/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;

class ExternalServiceTest {
    @TempDir
    Path directory;

    @Test
    void serviceThatSomeoneElseRunsIsPartOfTheSystem() throws IOException {
        var outside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        outside.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("from outside".getBytes());
            }
        });
        outside.start();
        var address = URI.create("http://localhost:" + outside.getAddress().getPort());
        try (var cluster = new Cluster(TestSystem.echo(directory, "--external=echo=" + address))) {
            int port = cluster.start();
            TestSystem.request(port, "echo.demo.localhost")
                    .get("/")
                    .then()
                    .statusCode(200)
                    .body(equalTo("from outside"));
            var environment = cluster.externalEnvironments().get("echo");
            assertEquals(Integer.toString(address.getPort()), environment.get("PORT"));
            assertEquals("hello", environment.get("GREETING"));
            assertTrue(environment.get("K_SINK").startsWith("http://127.0.0.1:"), environment.get("K_SINK"));
        } finally {
            outside.stop(0);
        }
    }

    @Test
    void serviceThatIsNotInTheManifestsIsRefused() throws IOException {
        var options = TestSystem.echo(directory, "--external=ecko=http://localhost:9000");
        var refusal = assertThrows(StartException.class, () -> new Cluster(options));
        assertTrue(refusal.getMessage().contains("[backstage, "), refusal.getMessage());
    }
}
