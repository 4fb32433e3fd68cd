/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits of waiting for the database. All together are shorter than a Trigger's 30 s, so that the service says what failed. */
@ConfigMapping(prefix = "shop.database")
interface Patience {
    /** For the database to take a connection. */
    @WithDefault("3S")
    Duration connect();

    /** For a connection that others use. */
    @WithDefault("5S")
    Duration connection();

    /**
     * For the answer to a statement. The database's own limits are shorter (lock_timeout, statement_timeout); this one is for a
     * database that is frozen or cut off, and for a pooler that keeps those from it.
     */
    @WithDefault("15S")
    Duration answer();
}
