/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import shop.testkit.MountedSettings;
import shop.testkit.PostgresResource;

/** The surroundings of the order-service: the usual ones. */
public class OrdersResource extends PostgresResource {
    private Map<String, String> database;

    /** As an edited ConfigMap would, for orders that are placed from now on. */
    public static void setPaymentTimeout(String text) {
        MountedSettings.set("payment-timeout", text);
    }

    /** As {@link #setPaymentTimeout}, for refunds that nobody has answered. */
    public static void setRefundTimeout(String text) {
        MountedSettings.set("refund-timeout", text);
    }

    /** How many rows this statement finds or changes in the service's database. */
    public int rows(String sql) {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://%s:%s/%s"
                                .formatted(database.get("DB_HOST"), database.get("DB_PORT"), database.get("DB_NAME")),
                        database.get("DB_USERNAME"),
                        database.get("DB_PASSWORD"));
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return statement.getUpdateCount();
            }
            int rows = 0;
            for (ResultSet result = statement.getResultSet(); result.next(); rows++) {}
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(OrdersResource.class));
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> environment = super.start();
        database = Map.copyOf(environment);
        return environment;
    }
}
