/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import shop.functions.Unavailable;

/** The secret by which Alertmanager shows who it is. Read anew each time, since the cluster replaces the file. */
record AlertToken(Path file) {
    private static final String SCHEME = "Bearer ";

    /** @param authorization the header, or null */
    boolean isShownBy(String authorization) {
        String expected = read();
        return authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        authorization.substring(SCHEME.length()).strip().getBytes(UTF_8), expected.getBytes(UTF_8));
    }

    private String read() {
        try {
            String token = Files.readString(file).strip();
            if (token.isEmpty()) {
                throw new Unavailable("ALERTS_TOKEN_FILE names " + file + ", which is empty", null);
            }
            return token;
        } catch (IOException e) {
            throw new Unavailable("ALERTS_TOKEN_FILE names " + file + ", which can't be read", e);
        }
    }
}
