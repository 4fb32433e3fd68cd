/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import io.vertx.ext.mail.SMTPException;
import jakarta.ws.rs.WebApplicationException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.eclipse.microprofile.config.ConfigProvider;

/** A passing lack of something that the function needs. It is answered 503, which makes the broker repeat the delivery. */
public class Unavailable extends RuntimeException {
    private static final Set<Integer> REFUSED_FOR_GOOD = Set.of(400, 422);

    public Unavailable(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * A setting that only this function needs: the executable starts without it, the function does not run without it.
     *
     * @param name the environment variable
     */
    public static String setting(String name) {
        return ConfigProvider.getConfig()
                .getOptionalValue(name, String.class)
                .orElseThrow(() -> new Unavailable("set " + name + ", this function has no default for it", null));
    }

    /**
     * Calls another party. A failure is passing, unless the party says that the event is at fault: by 400 or 422.
     *
     * @param setting the environment variable with the party's address
     */
    public static <T> T call(String setting, Supplier<T> call) {
        setting(setting);
        try {
            return call.get();
        } catch (RuntimeException e) {
            String what = "the service at " + setting + " " + symptom(e);
            if (e instanceof WebApplicationException refusal
                    && REFUSED_FOR_GOOD.contains(refusal.getResponse().getStatus())) {
                throw new InvalidEvent("data", what);
            }
            throw new Unavailable(what, e);
        }
    }

    /** {@link #call} without a result. */
    public static void run(String setting, Runnable call) {
        call(setting, () -> {
            call.run();
            return null;
        });
    }

    /** Names the failure without its message, in which a party may quote personal data. */
    private static String symptom(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return switch (root) {
            case WebApplicationException e -> "answered " + e.getResponse().getStatus();
            case SMTPException e -> "answered " + e.getReplyCode();
            case TimeoutException _ -> "did not answer in time";
            case ConnectException _, UnknownHostException _ -> "did not answer: it can't be reached";
            case SSLException _, GeneralSecurityException _ -> "did not answer: its TLS is not trusted";
            default -> "did not answer";
        };
    }
}
