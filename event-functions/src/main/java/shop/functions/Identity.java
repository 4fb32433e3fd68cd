/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The function's own identity, for the services that it asks. */
public final class Identity {
    private Identity() {}

    /** The value of {@code Authorization}. Read anew each time: the cluster replaces the file before the token in it expires. */
    public static String bearer() {
        String file = Unavailable.setting("IDENTITY_TOKEN_FILE");
        try {
            return bearer(Path.of(file));
        } catch (IOException e) {
            throw new Unavailable("IDENTITY_TOKEN_FILE names " + file + ", which can't be read", e);
        }
    }

    /** {@link #bearer()} for the broker, from this file; null if there is none, where the broker asks for no token. */
    public static String bearerOrNull(Path file) {
        try {
            return bearer(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new Unavailable("the token for the broker, " + file + ", can't be read", e);
        }
    }

    private static String bearer(Path file) throws IOException {
        return "Bearer " + Files.readString(file).strip();
    }
}
