/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shop.testkit.PostgreSql;
import shop.text.EmailAddress;

/** V4 on a database with users: one mailbox is one user's from then on, and nobody is lost. */
class MailboxMigrationTest {
    private static final Path MIGRATIONS = Path.of("migrations");

    @TempDir
    Path before;

    Connection connection;
    Statement sql;

    @BeforeEach
    void usersOfTheSchemaBefore() throws Exception {
        for (String file : List.of("V1__kit.sql", "V2__users.sql")) {
            Files.copy(MIGRATIONS.resolve(file), before.resolve(file));
        }
        Map<String, String> database = PostgreSql.migrated(before);
        connection = DriverManager.getConnection(
                "jdbc:postgresql://%s:%s/%s"
                        .formatted(database.get("DB_HOST"), database.get("DB_PORT"), database.get("DB_NAME")),
                database.get("DB_USERNAME"),
                database.get("DB_PASSWORD"));
        sql = connection.createStatement();
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void spellingsOfOneMailboxStayAndNobodyElseGetsIt() throws Exception {
        insert("ada@b\u00fccher.example");
        insert("Ada@xn--bcher-kva.example");
        insert("ada@bu\u0308cher.example");
        migrate();
        for (String spelling : List.of("ada@B\u00dcCHER.example", "ADA@XN--BCHER-KVA.example")) {
            var refused = assertThrows(SQLException.class, () -> insert(spelling), spelling);
            assertEquals("23505", refused.getSQLState());
        }
        insert("bob@b\u00fccher.example");
        assertEquals("4", text("select count(*) from users"));
    }

    @Test
    void deletedUsersKeepNothing() throws Exception {
        sql.execute("""
                insert into users (id, version, registered_at, changed_at, deleted_at)
                values (gen_random_uuid(), 2, now(), now(), now()), (gen_random_uuid(), 2, now(), now(), now())""");
        migrate();
        assertEquals("2", text("select count(*) from users where mailbox(email) is null"));
    }

    /** The database and the mails agree on what one mailbox is; the samples are those of RFC 3492, 7.1, and of all its branches. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ada@example.org",
                "Ada@B\u00fccher.Example",
                "ada@bu\u0308cher\u3002example",
                "ada@\uff45xample.org",
                "ada@\u0644\u064a\u0647\u0645\u0627\u0628\u062a\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064a\u061f.example",
                "ada@\u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587.\u4f8b\u3048",
                "ada@3\u5e74b\u7d44\u91d1\u516b\u5148\u751f.example",
                "ada@pro\u010dprost\u011bnemluv\u00ed\u010desky.example",
                "ada@\u043f\u043e\u0447\u0435\u043c\u0443\u0436\u0435\u043e\u043d\u0438\u043d\u0435\u0433\u043e\u0432\u043e\u0440\u044f\u0442\u043f\u043e\u0440\u0443\u0441\u0441\u043a\u0438.example",
                "ada@\u00fc-a-\u00fc.\u00e9\u00e8\u00ea.example",
                "ada@\ud800\udf30\ud800\udf31.example"
            })
    void mailboxIsWhatMailIsSentTo(String email) throws Exception {
        migrate();
        assertEquals(
                EmailAddress.of(email).toString().toLowerCase(),
                text("select mailbox('" + email + "' collate pg_c_utf8)"));
    }

    private void migrate() throws Exception {
        sql.execute(Files.readString(MIGRATIONS.resolve("V4__mailbox.sql")));
    }

    private void insert(String email) throws SQLException {
        sql.execute("""
                insert into users (id, email, name, version, registered_at, changed_at)
                values ('%s', '%s', 'Ada', 1, now(), now())""".formatted(UUID.randomUUID(), email));
    }

    private String text(String query) throws SQLException {
        try (ResultSet row = sql.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
