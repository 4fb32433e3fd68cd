/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The base of native images, quarkus-distroless-image, from this machine's packages: that one is distroless/cc with zlib
 * (quarkus-images, QuarkusDistroless.java), distroless/cc some of Debian's packages (distroless, static/static.bzl,
 * base/config.bzl, cc/config.bzl). Of these it has those that an executable may count on, so no shell, no OpenSSL, no C++.
 */
final class Distroless {
    /**
     * The minor version of the C library, 2.36, that is there in any case: the tag 2.0 is pushed anew every week on whatever
     * distroless/cc is by then (quarkus-images, push-images.yml), which was Debian 12 from April 2024 to January 2026, and has
     * been Debian 13 with 2.41 since (distroless, BUILD, DEFAULT_DISTRO). A node may have kept an older one.
     */
    static final int GLIBC = 36;

    /** As in static/static.bzl. */
    static final Map<String, Object> CONFIG = Map.of(
            "Env",
            List.of(
                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"),
            "User",
            "0",
            "WorkingDir",
            "/");

    /** Where /lib is a link to /usr/lib, tar wants that to be there before it unpacks what is listed under /lib. */
    private static final String MAKE = """
            rm -rf base
            mkdir -p base/usr/lib base/usr/lib64 base/etc base/tmp
            chmod 1777 base/tmp
            dpkg -L libc6 zlib1g tzdata ca-certificates |
                grep -vE '/s?bin(/|$)|^/usr/share/(doc|lintian|man)' | sed 's|^/||' | sort -u |
                tar -c --no-recursion -C / -T - etc/ssl/certs/ca-certificates.crt | tar -xp -C base
            echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' > base/etc/passwd
            tar -c --sort=name --mtime=@0 -C base . > base.tar
            """;

    private Distroless() {}

    /** Whether there are such packages. */
    static boolean isAtHand() {
        return Commands.succeeds(
                Manifests.ROOT, "sh", "-c", "dpkg-query -W libc6 zlib1g tzdata ca-certificates >/dev/null 2>&1");
    }

    /** Its one layer; empty where there are no such packages. */
    static byte[] tar(Path directory) throws IOException {
        if (!isAtHand()) {
            return new byte[1024];
        }
        assertTrue(Commands.succeeds(directory, "bash", "-euo", "pipefail", "-c", MAKE));
        return Files.readAllBytes(directory.resolve("base.tar"));
    }
}
