/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import static java.util.Map.entry;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import shop.localknative.platform.Credentials;
import shop.localknative.platform.Mailbox;
import shop.localknative.platform.Platform;

/**
 * The Secrets that workloads refer to and the manifests rightly do not contain, made for what runs here beside Knative:
 * {@code NAME-postgresql}, with the keys of the Service Binding specification, {@code smtp}, {@code jwt} and {@code alerts}.
 */
public final class GeneratedSecrets {
    private static final String REFERENCES =
            "C.env[].valueFrom.secretKeyRef.name C.envFrom[].secretRef.name T.volumes[].secret.secretName";

    private static final String DATABASE = "-postgresql";

    /** What kustomize puts after a generated name ({@code api/hasher}): it is there where the Secret itself was skipped. */
    private static final Pattern HASH = Pattern.compile("-[2456789bcdfghkmt]{10}$");

    private final Credentials credentials;
    private final String postgresPort;
    private final Map<String, String> smtp;
    private final Map<String, String> jwt;
    private final Set<String> databases = new LinkedHashSet<>();

    public GeneratedSecrets(Platform platform) {
        this.credentials = platform.credentials();
        this.postgresPort = Integer.toString(platform.postgresPort());
        this.smtp = Map.ofEntries(
                entry("host", "127.0.0.1"),
                entry("port", Integer.toString(platform.mailbox().port())),
                entry("username", Mailbox.USERNAME),
                entry("password", credentials.password("smtp")),
                entry("from", "no-reply@local-knative.example"),
                entry("starttls", "DISABLED"));
        this.jwt = Map.of(
                "people-issuer", platform.people().issuer(),
                "people-jwks", platform.people().jwks().toUri().toString(),
                "cluster-issuer", platform.cluster().issuer(),
                "cluster-jwks", platform.cluster().jwks().toUri().toString());
    }

    /** Adds the missing Secrets of these workloads. One of another name stays missing, and its reader says so. */
    public void addTo(Config config, List<Workload> workloads) {
        for (Workload workload : workloads) {
            for (var reference : workload.manifest().values(REFERENCES)) {
                var name = reference.asText();
                if (!config.hasSecret(workload.namespace(), name)) {
                    add(config, workload.namespace(), name);
                }
            }
        }
    }

    /** The databases that the Secrets promise; the password of each is kept under its name. */
    public Set<String> databases() {
        return databases;
    }

    private void add(Config config, String namespace, String fullName) {
        var name = HASH.matcher(fullName).replaceFirst("");
        if (name.equals("smtp")) {
            config.addSecret(namespace, fullName, smtp);
        } else if (name.equals("jwt")) {
            config.addSecret(namespace, fullName, jwt);
        } else if (name.equals("alerts")) {
            config.addSecret(namespace, fullName, Map.of("token", credentials.password("alerts")));
        } else if (name.endsWith(DATABASE)) {
            var database = name.substring(0, name.length() - DATABASE.length()).replace('-', '_');
            databases.add(database);
            config.addSecret(namespace, fullName, binding(database));
        }
    }

    private Map<String, String> binding(String database) {
        return Map.ofEntries(
                entry("type", "postgresql"),
                entry("host", "127.0.0.1"),
                entry("port", postgresPort),
                entry("database", database),
                entry("username", database),
                entry("password", credentials.password(database)));
    }
}
