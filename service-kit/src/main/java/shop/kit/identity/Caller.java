/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.identity;

import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.jwt.JsonWebToken;
import shop.events.Uuids;
import shop.kit.http.Problem;

/** The sender of the request, by its bearer token. */
@RequestScoped
public class Caller {
    public static final String CUSTOMER = "customer";
    public static final String ADMIN = "admin";
    public static final String SERVICE = "service";
    public static final String PAYMENT = "payment";

    private final CurrentIdentityAssociation association;

    Caller(CurrentIdentityAssociation association) {
        this.association = association;
    }

    /** The user's id: the token's subject if that is a UUID, else the name-based UUID of issuer and subject; empty without a token. */
    public Optional<UUID> userId() {
        return identity().getPrincipal() instanceof JsonWebToken token
                ? Optional.of(idOf(token.getIssuer(), token.getSubject()))
                : Optional.empty();
    }

    /** As {@link #userId()}; without a token, a 401 problem. */
    public UUID requireUserId() {
        return userId().orElseThrow(UnauthorizedException::new);
    }

    public boolean is(String role) {
        return identity().hasRole(role);
    }

    /** The token as it was sent, to be forwarded; empty without one. */
    public Optional<String> token() {
        return identity().getPrincipal() instanceof JsonWebToken token
                ? Optional.of(token.getRawToken())
                : Optional.empty();
    }

    /** Lets the owner, admins and services pass; throws a 403 problem for others, a 401 one without a token. */
    public void requireAccessTo(UUID owner) {
        if (!owner.equals(requireUserId()) && !is(ADMIN) && !is(SERVICE)) {
            throw Problem.forbidden("This belongs to another user.");
        }
    }

    static UUID idOf(String issuer, String subject) {
        try {
            UUID id = UUID.fromString(subject);
            return id.toString().equalsIgnoreCase(subject) ? id : Uuids.nameBased(issuer, subject);
        } catch (IllegalArgumentException e) {
            return Uuids.nameBased(issuer, subject);
        }
    }

    private SecurityIdentity identity() {
        return association.getDeferredIdentity().await().indefinitely();
    }
}
