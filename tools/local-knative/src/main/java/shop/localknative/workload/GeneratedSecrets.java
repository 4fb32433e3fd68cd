/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.workload;

import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shop.localknative.platform.Credentials;
import shop.localknative.platform.Mailbox;
import shop.localknative.platform.Platform;

/**
 * The Secrets that workloads refer to and the manifests rightly do not contain, made for what runs here beside Knative:
 * {@code NAME-postgresql}, with the keys of the Service Binding specification, {@code smtp} and {@code jwt}.
 */
public final class GeneratedSecrets {
    private static final String DATABASE = "-postgresql";

    /** What kustomize puts after a generated name ({@code api/hasher}): it is there where the Secret itself was skipped. */
    private static final Pattern HASH = Pattern.compile("-[2456789bcdfghkmt]{10}$");

    private final Credentials credentials;
    private final int postgresPort;
    private final Map<String, String> smtp;
    private final Map<String, String> jwt;
    private final Set<String> databases = new LinkedHashSet<>();

    public GeneratedSecrets(Platform platform) {
        this.credentials = platform.credentials();
        this.postgresPort = platform.postgresPort();
        this.smtp = Map.of(
                "host",
                "127.0.0.1",
                "port",
                Integer.toString(platform.mailbox().port()),
                "username",
                Mailbox.USERNAME,
                "password",
                credentials.password("smtp"),
                "from",
                "no-reply@local-knative.example",
                "starttls",
                "DISABLED");
        this.jwt = Map.of(
                "people-issuer", platform.people().issuer(),
                "people-jwks", platform.people().jwks().toUri().toString(),
                "cluster-issuer", platform.cluster().issuer(),
                "cluster-jwks", platform.cluster().jwks().toUri().toString());
    }

    /** Adds the missing Secrets of these workloads. One of another name stays missing, and its reader says so. */
    public void addTo(Config config, List<Workload> workloads) {
        for (Workload workload : workloads) {
            secretNames(workload)
                    .filter(name -> config.secret(workload.namespace(), name).isEmpty())
                    .forEach(name -> add(config, workload.namespace(), name));
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
        } else if (name.endsWith(DATABASE)) {
            var database = name.substring(0, name.length() - DATABASE.length()).replace('-', '_');
            databases.add(database);
            config.addSecret(namespace, fullName, binding(database));
        }
    }

    private Map<String, String> binding(String database) {
        return Map.of(
                "type",
                "postgresql",
                "host",
                "127.0.0.1",
                "port",
                Integer.toString(postgresPort),
                "database",
                database,
                "username",
                database,
                "password",
                credentials.password(database));
    }

    private static Stream<String> secretNames(Workload workload) {
        var container = workload.container();
        var keys = container.getEnv().stream()
                .map(EnvVar::getValueFrom)
                .filter(source -> source != null && source.getSecretKeyRef() != null)
                .map(source -> source.getSecretKeyRef().getName());
        var all = container.getEnvFrom().stream()
                .filter(source -> source.getSecretRef() != null)
                .map(source -> source.getSecretRef().getName());
        var files = workload.volumes().stream()
                .filter(volume -> volume.getSecret() != null)
                .map(volume -> volume.getSecret().getSecretName());
        return Stream.of(keys, all, files).flatMap(names -> names);
    }
}
