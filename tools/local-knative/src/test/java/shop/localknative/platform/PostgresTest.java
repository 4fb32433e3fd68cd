/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresTest {
    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(
            strings = {"", "12", "12\n/data\n", "x\n/data\n1\n", "12\n/data\n\n", "99999999999999999999\n/data\n1\n"})
    void halfWrittenPidFileNamesNoServer(String content) throws IOException {
        Files.writeString(data.resolve("postmaster.pid"), content);
        assertEquals(Optional.empty(), Postgres.server(data));
    }

    @Test
    void firstStartThatWasKilledIsDoneAgain() throws Exception {
        var directory = PrivateFile.directory(data.resolve("postgresql"));
        Files.writeString(directory.resolve("PG_VERSION"), "18\n");
        Files.writeString(directory.resolve("postgresql.conf"), "");

        var postgres = Postgres.start(directory, Ports.free(), "secret", data.resolve("log"));
        postgres.createDatabase("kept", "secret");
        postgres.close();

        assertFalse(Files.readString(directory.resolve("pg_hba.conf")).contains("trust"));
        Files.writeString(directory.resolve("kept"), "");
        Postgres.start(directory, Ports.free(), "secret", data.resolve("log")).close();
        assertTrue(Files.exists(directory.resolve("kept")), "the second start keeps what the first has made");
    }

    @Test
    void initdbThatOutlivedItsStarterIsStopped() throws Exception {
        var directory = data.resolve("postgresql");
        var initdb = new ProcessBuilder("sh", "-c", "sleep 600 & wait", "initdb", "-D", directory.toString()).start();
        try {
            Postgres.stopLeftover(directory);
            assertTrue(initdb.waitFor(0, TimeUnit.SECONDS));
        } finally {
            initdb.descendants().forEach(ProcessHandle::destroyForcibly);
            initdb.destroyForcibly();
        }
    }
}
