/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import shop.testkit.PostgresResource;

/** The surroundings of the order-service: the usual ones, and its mounted settings, which tests may edit. */
public class OrdersResource extends PostgresResource {
    private static final Path SETTINGS = directory();

    /** As an edited ConfigMap would, for orders that are placed from now on. */
    public static void setPaymentTimeout(String text) {
        try {
            Files.writeString(SETTINGS.resolve("payment-timeout"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> environment = super.start();
        environment.put("shop.settings", SETTINGS.toString());
        return environment;
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory(Path.of("target"), "settings").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
