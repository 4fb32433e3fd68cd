/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.fasterxml.jackson.core.JsonProcessingException;
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
    /** Request Timeout, Too Early and Too Many Requests: the only refusals that ask for a repetition. */
    private static final Set<Integer> PASSING_REFUSALS = Set.of(408, 425, 429);

    /** Besides, those of the shop's own services that pass with a roll-out: they do not know the caller or the path yet. */
    private static final Set<Integer> PASSING_REFUSALS_OF_OURS = Set.of(401, 403, 404, 408, 425, 429);

    /** RFC 4954, 6: of the credentials, which are the operator's, and not of the mail. */
    private static final Set<Integer> LOGIN_REFUSALS = Set.of(530, 534, 535, 538);

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
     * Calls another party. A failure is passing, unless the party refuses the call for good or its answer can't be read.
     *
     * @param setting the environment variable with the party's address
     * @throws Refused if repeating the call won't help
     */
    public static <T> T call(String setting, Supplier<T> call) {
        return answer(setting, attempt(setting, PASSING_REFUSALS, call));
    }

    /** {@link #call} of a service of the shop, whose refusals may pass with a roll-out. */
    public static <T> T callOurs(String setting, Supplier<T> call) {
        return answer(setting, attempt(setting, PASSING_REFUSALS_OF_OURS, call));
    }

    /** The answer of a party, which must be there. */
    public static <T> T answer(String setting, T answer) {
        if (answer == null) {
            throw new Refused("the service at " + setting + " answered nothing", null);
        }
        return answer;
    }

    /** {@link #call} without a result. */
    public static void run(String setting, Runnable call) {
        attempt(setting, PASSING_REFUSALS, () -> {
            call.run();
            return null;
        });
    }

    private static <T> T attempt(String setting, Set<Integer> passing, Supplier<T> call) {
        setting(setting);
        try {
            return call.get();
        } catch (Unavailable | Refused e) {
            throw e;
        } catch (RuntimeException e) {
            throw fault("the service at " + setting + " ", passing, e);
        }
    }

    /** Names the failure without its message, in which a party may quote personal data. */
    private static RuntimeException fault(String who, Set<Integer> passing, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case JsonProcessingException e -> {
                    return new Refused(who + "gave an answer that can't be read", failure);
                }
                case WebApplicationException e -> {
                    int status = e.getResponse().getStatus();
                    String what = status < 400 ? " with what can't be read" : "";
                    boolean forGood = status < 500 && !passing.contains(status);
                    return fault(forGood, who + "answered " + status + what, failure);
                }
                case SMTPException e -> {
                    boolean forGood = e.isPermanent() && !LOGIN_REFUSALS.contains(e.getReplyCode());
                    return fault(forGood, who + "answered " + e.getReplyCode(), failure);
                }
                default -> {}
            }
        }
        return new Unavailable(who + symptom(root(failure)), failure);
    }

    private static String symptom(Throwable root) {
        return switch (root) {
            case TimeoutException _, io.smallrye.mutiny.TimeoutException _ -> "did not answer in time";
            case ConnectException _, UnknownHostException _ -> "did not answer: it can't be reached";
            case SSLException _, GeneralSecurityException _ -> "did not answer: its TLS is not trusted";
            default -> "did not answer";
        };
    }

    private static RuntimeException fault(boolean forGood, String what, RuntimeException failure) {
        return forGood ? new Refused(what, failure) : new Unavailable(what, failure);
    }

    private static Throwable root(Throwable failure) {
        return failure.getCause() == null ? failure : root(failure.getCause());
    }
}
