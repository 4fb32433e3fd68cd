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
 * first request then uses. What was migrated stays so: once it is seen, nothing is asked any more. So readiness never waits
 * behind requests, and an instance whose database is away says that by itself, at once, instead of being taken for dead.
 */
@Readiness
@ApplicationScoped
class SchemaCheck implements HealthCheck {
    private static final String APPLIED = "select 1 from flyway_schema_history where version = $1 and success";

    private final Database database;
    private final String version;
    private volatile boolean seen;

    SchemaCheck(Database database, @ConfigProperty(name = "shop.schema-version") String version) {
        this.database = database;
        this.version = version;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("schema").withData("needed", version);
        try {
            seen = seen || isApplied();
            return response.status(seen).build();
        } catch (RuntimeException e) {
            return response.down()
                    .withData("error", String.valueOf(e.getMessage()))
                    .build();
        }
    }

    private boolean isApplied() {
        return database.withConnection(
                sql -> sql.first(APPLIED, Tuple.of(version), row -> version).isPresent());
    }
}
