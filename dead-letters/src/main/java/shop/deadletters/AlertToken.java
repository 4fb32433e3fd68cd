/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import shop.kit.http.Problem;
import shop.kit.http.ProblemException;

/** The secret by which Alertmanager shows who it is. Read anew each time, since the cluster replaces the file. */
class AlertToken {
    private static final String SCHEME = "Bearer ";

    /** On an operation that nobody else may call, before anything of the body is read. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Required {}

    private final Optional<Path> file;

    AlertToken(@ConfigProperty(name = "shop.alerts.token-file") Optional<Path> file) {
        this.file = file;
    }

    /** Throws a 401 problem for others; for all if no file is named, and a 503 one if it is not there. */
    @Required
    @ServerRequestFilter(priority = Priorities.AUTHENTICATION)
    public void require(HttpHeaders headers) {
        String secret = read(file.orElseThrow(UnauthorizedException::new));
        String authorization = headers.getHeaderString(HttpHeaders.AUTHORIZATION);
        if (authorization == null
                || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                || !MessageDigest.isEqual(
                        authorization.substring(SCHEME.length()).strip().getBytes(UTF_8), secret.getBytes(UTF_8))) {
            throw new UnauthorizedException();
        }
    }

    private static String read(Path file) {
        try {
            String secret = Files.readString(file).strip();
            if (secret.isEmpty()) {
                throw missing(file + ", which is empty");
            }
            return secret;
        } catch (IOException e) {
            throw missing(file + ", which can't be read");
        }
    }

    private static ProblemException missing(String what) {
        return Problem.unavailable(
                "no-alerts-token", "No alerts token", "ALERTS_TOKEN_FILE names " + what, Duration.ofSeconds(10));
    }
}
