/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import io.fabric8.knative.serving.v1.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifests;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.PrivateFile;
import shop.localknative.platform.TokenIssuer;
import shop.localknative.workload.Workload;

/** {@code token}: works while the system runs, and before it ever ran. */
@Command(
        name = "token",
        sortOptions = false,
        description = "Prints a bearer token for local use. Services verify it like any issuer's.")
final class TokenCommand implements Callable<Integer> {
    private static final Duration VALID = Duration.ofHours(12);

    enum Role {
        customer,
        admin,
        service
    }

    @Option(names = "--role", required = true, description = "${COMPLETION-CANDIDATES}")
    private Role role;

    @Option(
            names = "--user",
            paramLabel = "ID",
            description =
                    "who it is for: a user's id, by default a new one; with --role service, the name of a service "
                            + "account, by default of the first that has a token for the audience mounted")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--audience",
            description = "who it is made for; default the namespace of the services. Consumers of events each have"
                    + " their own, and take a Trigger's: --role service --user NAME-oidc-eventing.knative.dev-trigger")
    private Optional<String> audience = Optional.empty();

    @Mixin
    private SystemOptions system;

    @Override
    public Integer call() {
        System.out.println(token(PrivateFile.directory(system.data().resolve("keys"))));
        return 0;
    }

    private String token(Path keys) {
        // Manifests take longer to read than everything else here; who calls this in a script has a system that runs.
        var namespace = DataDirectory.namespace(system.data())
                .orElseGet(() -> system.read().namespace());
        var recipient = audience.orElse(namespace);
        if (role == Role.service) {
            var subject = "system:serviceaccount:%s:%s"
                    .formatted(namespace, user.orElseGet(() -> account(system.read(), recipient)));
            return TokenIssuer.cluster(keys).issue(subject, recipient, List.of(), VALID);
        }
        var subject = user.orElseGet(() -> UUID.randomUUID().toString());
        return TokenIssuer.people(keys).issue(subject, recipient, List.of(role.name()), VALID);
    }

    private static String account(Manifests manifests, String audience) {
        return manifests.of(Service.class).stream()
                .map(Workload::of)
                .filter(workload -> workload.hasTokenFor(audience))
                .map(Workload::serviceAccount)
                .findFirst()
                .orElseThrow(() -> new StartException(
                        "No service has a serviceAccountToken for %s mounted; say whose token you want with --user."
                                .formatted(audience)));
    }
}
