/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when the database has the schema that this build was written for. The connection that asks is the one that the
 * first request then uses.
 */
@Readiness
@ApplicationScoped
class SchemaCheck implements HealthCheck {
    private static final String APPLIED = "select 1 from flyway_schema_history where version = $1 and success";

    private final Database database;
    private final String version;

    SchemaCheck(Database database, @ConfigProperty(name = "shop.schema-version") String version) {
        this.database = database;
        this.version = version;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("schema").withData("needed", version);
        try {
            boolean applied = database.withConnection(
                    sql -> sql.first(APPLIED, Tuple.of(version), row -> version).isPresent());
            return response.status(applied).build();
        } catch (RuntimeException e) {
            return response.down()
                    .withData("error", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
