/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Gives the pool the time limits that Quarkus has no settings for. */
@Singleton
class PatientPool implements PgPoolCreator {
    private final Patience patience;

    PatientPool(Patience patience) {
        this.patience = patience;
    }

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList()
                .forEach(options ->
                        options.setConnectTimeout((int) patience.connect().toMillis()));
        return PgBuilder.pool()
                .using(input.vertx())
                .connectingTo(List.copyOf(input.pgConnectOptionsList()))
                .with(input.poolOptions()
                        .setConnectionTimeout((int) patience.connection().toMillis())
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
                .build();
    }
}
