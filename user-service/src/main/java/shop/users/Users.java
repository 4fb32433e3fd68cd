/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import shop.events.ShopEvent.UserChanged;
import shop.events.ShopEvent.UserDeleted;
import shop.events.ShopEvent.UserRegistered;
import shop.kit.events.Outbox;
import shop.kit.events.Publisher;
import shop.kit.http.ETags;
import shop.kit.http.IdempotencyKeys;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.http.ProblemException;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/** The users, deleted ones included. Every change adds an event to the outbox while the user's row is locked. */
@ApplicationScoped
class Users {
    private static final String UNIQUE_VIOLATION = "23505";

    private static final String INSERT = """
            insert into users (id, email, name, street, city, postal_code, country, version, registered_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) on conflict do nothing returning *""";

    private static final String FIND = "select * from users where id = $1";

    private static final String LOCK = FIND + " for update";

    private static final String LIST = """
            select * from users where deleted_at is null
                and ($1::uuid is null or id > $1)
                and ($2::text is null or starts_with(lower(email), lower($2)))
                and ($3::text is null or starts_with(lower(name), lower($3)))
            order by id limit $4""";

    private static final String UPDATE = """
            update users set email = $2, name = $3, street = $4, city = $5, postal_code = $6, country = $7,
                changed_at = $8, version = version + 1, shares_mailbox = shares_mailbox and email = $2
            where id = $1 returning *""";

    private static final String ERASE = """
            update users set email = null, name = null, street = null, city = null, postal_code = null, country = null,
                changed_at = $2, deleted_at = $2, version = version + 1
            where id = $1""";

    private final Database database;
    private final IdempotencyKeys idempotency;
    private final Outbox outbox;
    private final Publisher publisher;
    private final Clock clock;

    Users(Database database, IdempotencyKeys idempotency, Outbox outbox, Publisher publisher, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.outbox = outbox;
        this.publisher = publisher;
        this.clock = clock;
    }

    /** As {@link #register(Sql, UUID, UserData)}, in a transaction of its own. */
    User register(UUID id, UserData data) {
        return database.inTransaction(transaction -> register(transaction, id, data));
    }

    /** Throws a 409 problem if the id or the e-mail is in use, a 410 one if the user of this id is deleted. */
    User register(Sql transaction, UUID id, UserData data) {
        User user = transaction.first(INSERT, tuple(id, data), Users::user).orElseThrow(() -> inUse(transaction, id));
        outbox.add(transaction, new UserRegistered(id, user.version(), user.registeredAt()));
        return user;
    }

    /** Throws a 404 problem if there never was such a user, a 410 one if the user is deleted. */
    User get(UUID id) {
        return database.withConnection(sql -> get(sql, FIND, id));
    }

    /** Users in the order of their ids, by the beginnings of e-mail and name; null matches all. */
    List<User> list(UUID after, String email, String name, int limit) {
        return database.withConnection(sql -> sql.list(LIST, Tuple.of(after, email, name, limit), Users::user));
    }

    /** As {@link #get}; throws a 412 or 428 problem unless the preconditions name the version. Equal data makes no new version. */
    User change(UUID id, Preconditions preconditions, UnaryOperator<UserData> change) {
        User changed = database.inTransaction(transaction -> {
            User user = get(transaction, LOCK, id);
            preconditions.requireIfMatch();
            preconditions.require(ETags.ofVersion(user.version()));
            UserData data = change.apply(user.data());
            return data.equals(user.data()) ? user : update(transaction, id, data);
        });
        publisher.publishSoon();
        return changed;
    }

    /** As {@link #get}. Erases the personal data; the id stays, so that nobody else ever gets it. */
    void delete(UUID id, Preconditions preconditions) {
        database.doInTransaction(transaction -> {
            idempotency.forget(transaction, location(id)); // what was answered to the registration
            preconditions.require(ETags.ofVersion(get(transaction, LOCK, id).version()));
            Instant now = clock.instant();
            transaction.update(ERASE, Tuple.of(id, Sql.timestamp(now)));
            outbox.add(transaction, new UserDeleted(id, now));
        });
        publisher.publishSoon();
    }

    static URI location(UUID id) {
        return URI.create("/users/" + id);
    }

    private User update(Sql transaction, UUID id, UserData data) {
        try {
            User user = transaction.first(UPDATE, tuple(id, data), Users::user).orElseThrow();
            outbox.add(transaction, new UserChanged(id, user.version(), user.changedAt()));
            return user;
        } catch (PgException e) {
            throw UNIQUE_VIOLATION.equals(e.getSqlState()) ? emailTaken() : e;
        }
    }

    private static ProblemException inUse(Sql transaction, UUID id) {
        return transaction
                .first(FIND, Tuple.of(id), Function.identity())
                .map(row -> deleted(row)
                        ? gone(id)
                        : Problem.because(
                                409,
                                "already-registered",
                                "Already registered",
                                "You are registered as /users/" + id + "; change it with PATCH."))
                .orElseGet(Users::emailTaken);
    }

    private static User get(Sql sql, String select, UUID id) {
        Row row = sql.first(select, Tuple.of(id), Function.identity()).orElseThrow(() -> Problem.notFound("user", id));
        if (deleted(row)) {
            throw gone(id);
        }
        return user(row);
    }

    private static boolean deleted(Row row) {
        return row.getOffsetDateTime("deleted_at") != null;
    }

    private static ProblemException gone(UUID id) {
        return Problem.because(410, "gone", "Gone", "User " + id + " was deleted; the id is not used again.");
    }

    private static ProblemException emailTaken() {
        return Problem.because(
                409,
                "email-taken",
                "E-mail taken",
                "Another user has this e-mail address; use another one.",
                new Problem.Fault(Problem.Place.body, "email", "is taken"));
    }

    private static User user(Row row) {
        return new User(
                row.getUUID("id"),
                row.getString("email"),
                row.getString("name"),
                row.getString("street") == null ? null : address(row),
                row.getInteger("version"),
                Sql.instant(row, "registered_at"),
                Sql.instant(row, "changed_at"));
    }

    private static Address address(Row row) {
        return new Address(
                row.getString("street"), row.getString("city"), row.getString("postal_code"), row.getString("country"));
    }

    private Tuple tuple(UUID id, UserData data) {
        Address address = data.address() == null ? new Address(null, null, null, null) : data.address();
        return Tuple.tuple()
                .addUUID(id)
                .addString(data.email())
                .addString(data.name())
                .addString(address.street())
                .addString(address.city())
                .addString(address.postalCode())
                .addString(address.country())
                .addOffsetDateTime(Sql.timestamp(clock.instant()));
    }
}
