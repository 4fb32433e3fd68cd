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
    private final Optional<String> peoplesIssuer;

    Caller(CurrentIdentityAssociation association, Identities identities) {
        this.association = association;
        this.peoplesIssuer = identities.people().issuer();
    }

    /**
     * The user's id: the token's subject if that is a UUID, else the name-based UUID of issuer and subject. Empty without a
     * token, and for workloads: the cluster's issuer tells nothing about people, whatever a subject of its looks like.
     */
    public Optional<UUID> userId() {
        return jwt().filter(
                        token -> peoplesIssuer.filter(token.getIssuer()::equals).isPresent())
                .map(token -> idOf(token.getIssuer(), token.getSubject()));
    }

    /** As {@link #userId()}; without a token, a 401 problem; for workloads a 403 one. */
    public UUID requireUserId() {
        return userId().orElseThrow(() -> jwt().isPresent()
                ? Problem.forbidden("This is for people; the token is of a workload.")
                : new UnauthorizedException());
    }

    public boolean is(String role) {
        return identity().hasRole(role);
    }

    /** The token as it was sent, to be forwarded; empty without one. */
    public Optional<String> token() {
        return jwt().map(JsonWebToken::getRawToken);
    }

    /** Lets the owner, admins and services pass; throws a 403 problem for others, a 401 one without a token. */
    public void requireAccessTo(UUID owner) {
        if (!is(ADMIN) && !is(SERVICE) && !owner.equals(requireUserId())) {
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

    private Optional<JsonWebToken> jwt() {
        return identity().getPrincipal() instanceof JsonWebToken token ? Optional.of(token) : Optional.empty();
    }

    private SecurityIdentity identity() {
        return association.getDeferredIdentity().await().indefinitely();
    }
}
