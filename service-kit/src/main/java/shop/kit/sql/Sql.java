/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Statements on one connection, each of which waits for its answer. Rows are mapped by the thread that asked and not, as by
 * the client's own {@code mapping()}, on an event loop: so a mapper may wait, too.
 */
public final class Sql {
    private final Answers answers;

    Sql(Answers answers) {
        this.answers = answers;
    }

    /** All rows, in the order of the database. */
    public <T> List<T> list(String statement, Tuple parameters, Function<Row, T> mapper) {
        return execute(statement, parameters).stream().map(mapper).toList();
    }

    /** The first row; empty if there is none. */
    public <T> Optional<T> first(String statement, Tuple parameters, Function<Row, T> mapper) {
        return execute(statement, parameters).stream().map(mapper).findFirst();
    }

    /** The number of rows that the statement changed. */
    public int update(String statement, Tuple parameters) {
        return execute(statement, parameters).rowCount();
    }

    /** The value of a {@code timestamptz} column that is not null. */
    public static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    /** This instant as a parameter of type {@code timestamptz}. */
    public static OffsetDateTime timestamp(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private RowSet<Row> execute(String statement, Tuple parameters) {
        return answers.await(answers.connection().preparedQuery(statement).execute(parameters));
    }
}
