/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The identities of Triggers and PingSources: Knative makes a service account for each of them, and a token of it for the
 * {@code audience} that a destination names.
 */
public final class ServiceAccounts {
    /** Signs a token of the cluster. */
    @FunctionalInterface
    public interface Issuer {
        String issue(String subject, String audience, Duration valid);
    }

    /** As long as Knative's. */
    private static final Duration VALID = Duration.ofHours(1);

    /** The life that a token has left when it is used the last time. */
    private static final Duration LEFT = Duration.ofMinutes(5);

    private static final int LONGEST_NAME = 63;

    private record Use(String subject, String audience) {}

    private record Token(String text, Instant lastUse) {}

    private final Issuer issuer;
    private final InstantSource clock;
    private final Map<Use, Token> tokens = new ConcurrentHashMap<>();

    public ServiceAccounts(Issuer issuer, InstantSource clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    /** A token that {@code resource} shows to {@code audience}. */
    String token(HasMetadata resource, String audience) {
        Instant now = clock.instant();
        return tokens.compute(
                        new Use(subject(resource), audience),
                        (use, known) -> known != null && now.isBefore(known.lastUse())
                                ? known
                                : new Token(
                                        issuer.issue(use.subject(), use.audience(), VALID),
                                        now.plus(VALID).minus(LEFT)))
                .text();
    }

    static String subject(HasMetadata resource) {
        String group = resource.getApiVersion().replaceFirst("/.*", "");
        String name = childName(resource.getMetadata().getName(), "-oidc-%s-%s".formatted(group, resource.getKind()));
        return "system:serviceaccount:%s:%s".formatted(resource.getMetadata().getNamespace(), name.toLowerCase());
    }

    /** A name that is too long for Kubernetes ends in a hash (Knative's pkg/kmeta/names.go). */
    private static String childName(String parent, String suffix) {
        if (parent.length() + suffix.length() <= LONGEST_NAME) {
            return parent + suffix;
        }
        String hash = md5(parent + suffix);
        String head = parent.substring(0, Math.min(parent.length(), LONGEST_NAME - hash.length())) + hash;
        return (head + suffix.substring(0, LONGEST_NAME - head.length())).replaceFirst("[^a-zA-Z0-9]+$", "");
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
