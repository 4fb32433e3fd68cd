/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static shop.functions.InvalidEvent.required;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.mailer.Mail;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;
import shop.events.EventTypes;
import shop.functions.FunctionSettings;
import shop.functions.Handles;
import shop.functions.Identity;
import shop.functions.Mails;
import shop.functions.MessageId;
import shop.functions.OrderData;
import shop.functions.Refused;
import shop.functions.Unavailable;
import shop.functions.notification.UserService.User;
import shop.settings.Settings;
import shop.text.EmailAddress;

/** Mails a customer about the new state of their order. */
@Singleton
public class NotifyCustomer {
    private static final Logger LOG = Logger.getLogger(NotifyCustomer.class);
    private static final Set<Integer> GONE = Set.of(404, 410);

    private static final Map<String, Letter> LETTERS = Map.of(
            EventTypes.ORDER_CONFIRMED, new Letter("is confirmed", "Your payment has arrived, and we are packing."),
            EventTypes.ORDER_REJECTED,
                    new Letter(
                            "was rejected",
                            "Your payment was declined. If you were charged all the same, you get it back."),
            EventTypes.ORDER_CANCELLED,
                    new Letter("is cancelled", "Whatever you paid for it is on its way back to you."),
            EventTypes.ORDER_EXPIRED,
                    new Letter("has expired", "Your payment did not arrive in time. If it does, you get it back."),
            EventTypes.ORDER_SHIPPED, new Letter("is on its way", "It has left our house."),
            EventTypes.ORDER_DELIVERED, new Letter("was delivered", "Enjoy it, and thank you for shopping with us."));

    /** The common part of the six events. */
    public record OrderNews(UUID orderId, UUID userId) implements OrderData {}

    private record Letter(String news, String sentence) {
        Mail to(User user, UUID orderId) {
            return Mail.withText(
                    mailable(user.email()), "Your order " + news, """
                    Hello %s,

                    your order %s %s. %s
                    """.formatted(user.name(), orderId, news, sentence));
        }
    }

    private static String mailable(String email) {
        try {
            return EmailAddress.of(email).toString();
        } catch (IllegalArgumentException e) {
            throw new Refused("no mail can be sent: the user's e-mail address " + e.getMessage(), e);
        }
    }

    /** Made at the first use, since it can't be made without its setting. */
    private final Instance<UserService> users;

    private final Mails mails;
    private final Settings settings;

    NotifyCustomer(@RestClient Instance<UserService> users, Mails mails, Settings settings) {
        this.users = users;
        this.mails = mails;
        this.settings = settings;
    }

    @Funq
    @Handles({
        EventTypes.ORDER_CONFIRMED,
        EventTypes.ORDER_REJECTED,
        EventTypes.ORDER_CANCELLED,
        EventTypes.ORDER_EXPIRED,
        EventTypes.ORDER_SHIPPED,
        EventTypes.ORDER_DELIVERED
    })
    public void notifyCustomer(CloudEvent<OrderNews> event) {
        UUID orderId = required("orderId", event.data().orderId());
        UUID userId = required("userId", event.data().userId());
        if (!settings.get(FunctionSettings.NOTIFICATIONS).contains(event.type())) {
            LOG.infof("no mail about order %s: the setting notifications leaves out %s", orderId, event.type());
            return;
        }
        user(userId)
                .ifPresentOrElse(
                        user -> mails.send(LETTERS.get(event.type())
                                .to(user, orderId)
                                .addHeader("Message-ID", MessageId.of("notifyCustomer", event))),
                        () -> LOG.infof("user %s is gone: no mail about order %s", userId, orderId));
    }

    private Optional<User> user(UUID id) {
        String bearer = Identity.bearer();
        return Unavailable.callOurs("USER_SERVICE_URL", () -> {
            try {
                return Optional.of(
                        Unavailable.answer("USER_SERVICE_URL", users.get().user(id, bearer)));
            } catch (WebApplicationException e) {
                int status = e.getResponse().getStatus();
                if (GONE.contains(status)) {
                    return Optional.empty();
                }
                throw status == 401 ? new Unavailable("USER_SERVICE_URL does not take the token of now", e) : e;
            }
        });
    }
}
