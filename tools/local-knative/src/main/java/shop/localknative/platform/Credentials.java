/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Passwords, made once and kept in the data directory. */
public record Credentials(Path directory) {
    /** The password of {@code name}, the same at every start. */
    public String password(String name) {
        return PrivateFile.readOrMake(directory.resolve(name), () -> {
            var bytes = new byte[16];
            new SecureRandom().nextBytes(bytes);
            return HexFormat.of().formatHex(bytes);
        });
    }
}
