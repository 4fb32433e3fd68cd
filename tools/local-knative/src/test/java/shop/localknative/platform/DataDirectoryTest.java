/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shop.localknative.console.StartException;

class DataDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void secondUserIsTold() throws IOException {
        try (var first = DataDirectory.open(directory)) {
            var e = assertThrows(StartException.class, () -> DataDirectory.open(directory));
            assertEquals(
                    first + " is in use by another local-knative. Stop that one, or choose another --data.",
                    e.getMessage());
        }
        DataDirectory.open(directory).close();
    }

    @Test
    void clearForgetsItsOwnStateAndNothingElse() throws IOException {
        Files.writeString(directory.resolve("precious.txt"), "not ours");
        try (var data = DataDirectory.open(directory)) {
            var mail = Files.writeString(data.directory("mail").resolve("1.eml"), "Subject: hi");
            data.clear();
            assertFalse(Files.exists(mail));
        }
        assertTrue(Files.exists(directory.resolve("precious.txt")));
    }

    @Test
    void passwordsAreMadeOnceAndStay() {
        var first = new Credentials(directory).password("orders");
        assertEquals(first, new Credentials(directory).password("orders"));
        assertFalse(first.equals(new Credentials(directory).password("users")));
    }
}
