/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A new self-signed certificate, in the forms that servers and clients want.
 *
 * @param keyStore PKCS #12 with the key and the certificate; a trust store as well
 * @param certificate PEM
 * @param key PEM
 */
public record Certificate(Path keyStore, Path certificate, Path key) {
    public static final String PASSWORD = "changeit";
    private static final String ALIAS = "localhost";

    public static Certificate forLocalhost() {
        return of("dns:localhost,ip:127.0.0.1");
    }

    /** @param names as the {@code SAN} extension of {@code keytool} takes them */
    public static Certificate of(String names) {
        try {
            Path directory = Files.createTempDirectory("certificate");
            Path keyStore = directory.resolve("localhost.p12");
            generate(keyStore, names);
            KeyStore entries = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
            return new Certificate(
                    keyStore,
                    pem(
                            directory.resolve("certificate.pem"),
                            "CERTIFICATE",
                            entries.getCertificate(ALIAS).getEncoded()),
                    pem(
                            directory.resolve("key.pem"),
                            "PRIVATE KEY",
                            entries.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a server that has this certificate. */
    public SSLContext context() {
        try {
            KeyManagerFactory identity = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            char[] password = PASSWORD.toCharArray();
            identity.init(KeyStore.getInstance(keyStore.toFile(), password), password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity.getKeyManagers(), null, null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JDK has no public API that makes certificates, but this command. */
    private static void generate(Path keyStore, String names) throws IOException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=" + names,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keyStore.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        if (process.onExit().join().exitValue() != 0) {
            throw new IllegalStateException("keytool made no certificate");
        }
    }

    private static Path pem(Path file, String type, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder().encodeToString(content);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
        // PostgreSQL takes no key that others may read.
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
