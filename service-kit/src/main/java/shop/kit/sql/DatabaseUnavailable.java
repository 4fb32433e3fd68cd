/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.vertx.pgclient.PgException;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * The database can't be asked now, or ended what it was asked for a reason that passes by itself: another attempt may succeed.
 * Nothing has changed, unless the connection broke at the very moment of a commit.
 */
public final class DatabaseUnavailable extends RuntimeException {
    /**
     * SQLSTATEs (PostgreSQL, appendix A) after which another connection is needed: connection exceptions (08), interventions such
     * as a shutdown or a start (57P), time limits of idle transactions, and a server that only reads after a failover.
     */
    private static final String OF_THE_CONNECTION = "08...|57P..|25P0[34]|25006";

    /**
     * Those after which the same may be asked again: transaction rollbacks such as a deadlock's (40), insufficient resources such
     * as too many connections (53), the time limits of a statement and of a lock, system errors (58).
     */
    private static final String OF_THE_MOMENT = "40...|53...|57014|55P03|58...";

    private static final Pattern ENDS_CONNECTION = Pattern.compile(OF_THE_CONNECTION);
    private static final Pattern PASSES = Pattern.compile(OF_THE_CONNECTION + "|" + OF_THE_MOMENT);

    DatabaseUnavailable(String reason) {
        super(reason);
    }

    DatabaseUnavailable(RuntimeException failure) {
        super(unwrapped(failure).getMessage(), failure);
    }

    static boolean passes(RuntimeException failure) {
        return matches(failure, PASSES);
    }

    static boolean endsConnection(RuntimeException failure) {
        return matches(failure, ENDS_CONNECTION);
    }

    /** What is none of PostgreSQL's own errors is the lack of an answer. */
    private static boolean matches(RuntimeException failure, Pattern states) {
        return !(failure instanceof PgException refusal)
                || states.matcher(String.valueOf(refusal.getSqlState())).matches();
    }

    /** Mutiny wraps what is checked. */
    private static Throwable unwrapped(RuntimeException failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
