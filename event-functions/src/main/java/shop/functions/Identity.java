/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The function's own identity, for the services that it asks. */
public final class Identity {
    private Identity() {}

    /** The value of {@code Authorization}. Read anew each time: the cluster replaces the file before the token in it expires. */
    public static String bearer() {
        String file = Unavailable.setting("IDENTITY_TOKEN_FILE");
        try {
            return "Bearer " + Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new Unavailable("IDENTITY_TOKEN_FILE names " + file + ", which can't be read", e);
        }
    }
}
