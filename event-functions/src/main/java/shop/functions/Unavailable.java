package shop.functions;

import io.vertx.ext.mail.SMTPException;
import jakarta.ws.rs.WebApplicationException;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;

/** Something that the function needs is not there now. It is answered 503, which makes the broker repeat the delivery. */
public class Unavailable extends RuntimeException {
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
     * Calls another party. However that fails, it is no fault of the event.
     *
     * @param setting which says where that party is
     */
    public static <T> T call(String setting, Supplier<T> call) {
        setting(setting);
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw new Unavailable("the service at " + setting + " " + symptom(e), e);
        }
    }

    /** {@link #call} for what answers nothing. */
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
            default -> "did not answer: " + root.getClass().getSimpleName();
        };
    }
}
