/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Entity tags, all of them strong (RFC 9110, 8.8.3): two representations with the same tag are the same. */
@ApplicationScoped
public class ETags {
    private final ObjectMapper json;

    ETags(ObjectMapper json) {
        this.json = json;
    }

    /** The tag of what has a number for each of its states. */
    public static String ofVersion(int version) {
        return '"' + Integer.toString(version) + '"';
    }

    /** The tag of anything else: a digest of the JSON that it is answered as. */
    public String ofContent(Object representation) {
        MessageDigest digest = sha256();
        try {
            json.writeValue(new DigestOutputStream(OutputStream.nullOutputStream(), digest), representation);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest()) + '"';
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
