/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The refusals of an API server at {@code kubectl apply}: of Knative's webhook (serving's
 * pkg/apis/serving/k8s_validation.go and pkg/apis/serving/v1) for its Services, of Kubernetes (pkg/apis/core/validation,
 * apps, batch) for the rest. What both refuse by their schemas, {@link StrictYaml} does.
 */
final class Admission {
    private static final String LABEL_TEXT = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    private record Format(Pattern pattern, String expected) {
        Format(String pattern, String expected) {
            this(Pattern.compile(pattern), expected);
        }
    }

    private static final Map<String, Format> FORMATS = Map.of(
            "label", new Format(LABEL_TEXT, "up to 63 small letters, digits and -"),
            "label1035", new Format("(?=[a-z])" + LABEL_TEXT, "up to 63 small letters, digits and -, a letter first"),
            "subdomain",
                    new Format("(?=.{1,253}$)%1$s(\\.%1$s)*".formatted(LABEL_TEXT), "small letters, digits, - and ."),
            "portname",
                    new Format("(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*|\\d+", "up to 15 letters, digits and -"),
            "labelvalue", new Format("|[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?", "up to 63 letters, digits, -, _ and ."),
            "quantity",
                    new Format(
                            "\\+?(\\d+(\\.\\d*)?|\\.\\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?",
                            "a quantity, such as 256Mi"),
            "image",
                    new Format(
                            "((localhost|[-\\w]+(\\.[-\\w]+)+|[-\\w.]+(?=:))(:\\d+)?/)?[a-z0-9_./-]{2,255}"
                                    + "(:\\w[-\\w.]{0,127})?(@sha256:[0-9a-f]{64})?",
                            "a reference to an image"),
            "text", new Format("(?s).+", "a text"));

    private record Rule(List<String> path, String format) {}

    /** C is a container, P one of its probes; a format, a range, or the values that are taken. */
    private static final List<Rule> KNATIVE = rules("""
            metadata.name                          label1035
            spec.template.metadata.name            label1035
            spec.template.metadata.labels.*        labelvalue
            spec.template.spec.containers          required
            spec.template.spec.automountServiceAccountToken   false
            spec.traffic[].percent                 0..100
            spec.traffic[].tag                     label1035
            C.image                                image
            C.ports[].containerPort                0..65535
            C.ports[].name                         http1,h2c
            C.ports[].protocol                     TCP
            C.securityContext.privileged           false
            P.httpGet.port                         0..65535
            P.tcpSocket.port                       0..65535
            """);

    private static final List<Rule> KUBERNETES = rules("""
            metadata.name                          subdomain
            spec.template.spec.containers          required
            spec.replicas                          0..2147483647
            C.name                                 required
            C.name                                 label
            C.imagePullPolicy                      Always,IfNotPresent,Never
            C.ports[].containerPort                1..65535
            C.ports[].name                         portname
            C.ports[].protocol                     TCP,UDP,SCTP
            P.httpGet.port                         required
            P.httpGet.port                         1..65535
            P.tcpSocket.port                       required
            P.tcpSocket.port                       1..65535
            """);

    private static final List<Rule> EVERY_POD = rules("""
            spec.template.spec.serviceAccountName  subdomain
            spec.template.spec.volumes[].name      required
            spec.template.spec.volumes[].name      label
            C.image                                required
            C.image                                text
            C.env[].name                           required
            C.env[].name                           text
            C.ports[].containerPort                required
            C.terminationMessagePolicy             File,FallbackToLogsOnError
            C.securityContext.runAsUser            0..2147483647
            C.securityContext.runAsGroup           0..2147483647
            C.resources.limits.*                   quantity
            C.resources.requests.*                 quantity
            C.volumeMounts[].mountPath             required
            P.httpGet.scheme                       HTTP
            P.initialDelaySeconds                  0..2147483647
            P.periodSeconds                        0..2147483647
            P.timeoutSeconds                       0..2147483647
            P.failureThreshold                     0..2147483647
            C.readinessProbe.successThreshold      0..2147483647
            C.livenessProbe.successThreshold       0..1
            C.startupProbe.successThreshold        0..1
            """);

    private static final List<Rule> EVERYWHERE = rules("""
            metadata.namespace                     label
            metadata.labels.*                      labelvalue
            """);

    private static final List<Rule> JOB = rules("""
            spec.template.spec.restartPolicy       required
            spec.template.spec.restartPolicy       Never,OnFailure
            spec.suspend                           false
            """);

    private static final List<Rule> CORE_SERVICE = rules("""
            metadata.name                          label1035
            spec.type                              ClusterIP,NodePort,LoadBalancer,ExternalName
            spec.externalName                      subdomain
            spec.ports[].port                      required
            spec.ports[].port                      1..65535
            spec.ports[].name                      label
            spec.ports[].protocol                  TCP,UDP,SCTP
            spec.ports[].targetPort                portname
            """);

    private static final Set<String> RESERVED_ENVIRONMENT =
            Set.of("PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION");
    private static final Set<String> RESERVED_PATHS = Set.of("/", "/dev", "/dev/log");

    /** Of the queue-proxy: pkg/networking/constants.go. */
    private static final Set<Integer> RESERVED_PORTS = Set.of(8008, 8012, 8013, 8022, 9090, 9091);

    private static final FieldPath POD = FieldPath.of("spec", "template", "spec");

    private final Manifest manifest;
    private final JsonNode tree;
    private final KnativeConfig config;
    private final boolean isKnative;

    Admission(Manifest manifest, JsonNode tree, KnativeConfig config) {
        this.manifest = manifest;
        this.tree = tree;
        this.config = config;
        this.isKnative = manifest.resource() instanceof Service;
    }

    /** @throws shop.localknative.console.StartException for what a cluster refuses */
    void check() {
        EVERYWHERE.forEach(this::apply);
        switch (manifest.resource()) {
            case Service service -> {
                pod(KNATIVE);
                knative();
            }
            case Deployment deployment -> {
                pod(KUBERNETES);
                var labels = tree.at("/spec/template/metadata/labels");
                var selected = tree.at("/spec/selector/matchLabels");
                refuse(
                        selected.isEmpty()
                                || selected.properties().stream()
                                        .anyMatch(l -> !l.getValue().equals(labels.get(l.getKey()))),
                        "selects labels that spec.template.metadata.labels does not have",
                        FieldPath.of("spec", "selector"));
            }
            case Job job -> {
                pod(KUBERNETES);
                JOB.forEach(this::apply);
            }
            case ContainerSource source -> pod(KUBERNETES);
            case io.fabric8.kubernetes.api.model.Service service -> {
                CORE_SERVICE.forEach(this::apply);
                boolean isExternal = tree.at("/spec/type").asText().equals("ExternalName");
                var ports = tree.at("/spec/ports");
                refuse(
                        isExternal && !tree.at("/spec").has("externalName"),
                        "is required",
                        FieldPath.of("spec", "externalName"));
                refuse(
                        ports.isEmpty()
                                && !isExternal
                                && !tree.at("/spec/clusterIP").asText().equals("None"),
                        "is required",
                        FieldPath.of("spec", "ports"));
                each(
                        "spec.ports[]",
                        (port, at) -> refuse(ports.size() > 1 && !port.has("name"), "is required", at.then("name")));
                unique(ports, "name", FieldPath.of("spec", "ports"));
            }
            default -> rules("metadata.name subdomain").forEach(this::apply);
        }
        for (var data : List.of("data", "binaryData", "stringData")) {
            tree.path(data)
                    .fieldNames()
                    .forEachRemaining(key -> refuse(
                            !key.matches("(?=.{1,253}$)(?!\\.\\.?$)[-.\\w]+"),
                            "'%s' is not a key of letters, digits, -, _ and .".formatted(key),
                            FieldPath.of(data, key)));
        }
    }

    private void pod(List<Rule> rules) {
        refuse(tree.at("/spec/template/spec").isMissingNode(), "is required", POD);
        Stream.of(rules, EVERY_POD).flatMap(List::stream).forEach(this::apply);
        var containers = tree.at("/spec/template/spec/containers");
        refuse(containers.isEmpty(), "is required", POD.then("containers"));
        refuse(
                containers.size() > 1,
                "one container for each pod is run here; give the others a Deployment of their own, or leave them out",
                POD.then("containers", 1));
        var field = POD.then("containers", 0);
        var container = containers.get(0);
        each("C.env[]", (variable, at) -> {
            var name = variable.path("name").asText();
            refuse(isKnative && RESERVED_ENVIRONMENT.contains(name), "is reserved: Knative sets it", at.then("name"));
            refuse(
                    variable.has("valueFrom")
                            && !variable.path("value").asText().isEmpty(),
                    "value and valueFrom exclude each other",
                    at);
        });
        each("C.envFrom[]", (source, at) -> exactlyOne(source, at, "configMapRef", "secretRef"));
        unique(container.path("ports"), "name", field.then("ports"));
        each("P", (probe, at) -> probe(container.path("ports"), probe, at));
        volumes(container, tree.at("/spec/template/spec/volumes"));
    }

    private void probe(JsonNode ports, JsonNode probe, FieldPath field) {
        // Knative gives a readiness probe without a check one of its own.
        if (!isKnative || !field.toString().endsWith("readinessProbe") || probe.has("httpGet")) {
            exactlyOne(probe, field, "httpGet", "tcpSocket");
        }
        for (var handler : List.of("httpGet", "tcpSocket")) {
            var port = probe.path(handler).path("port");
            var names = new HashSet<>(ports.findValuesAsText("name"));
            if (isKnative && names.isEmpty()) {
                names.add("http"); // as Knative calls a port without a name
            }
            refuse(
                    port.isTextual() && !names.contains(port.asText()),
                    "the container has no port named '%s', only %s".formatted(port.asText(), names),
                    field.then(handler, "port"));
        }
    }

    private void volumes(JsonNode container, JsonNode volumes) {
        var mounted = container.path("volumeMounts").findValuesAsText("name");
        unique(volumes, "name", POD.then("volumes"));
        each("spec.template.spec.volumes[]", (volume, at) -> {
            refuse(
                    isKnative && !mounted.contains(volume.path("name").asText()),
                    "Knative refuses a volume that is not mounted",
                    at.then("name"));
            exactlyOne(volume, at, "configMap", "secret", "emptyDir", "projected");
        });
        var names = volumes.findValuesAsText("name");
        var seen = new HashSet<Path>();
        each("C.volumeMounts[]", (mount, at) -> {
            var path = mount.path("mountPath").asText();
            var clean = Path.of(path).normalize();
            refuse(!names.contains(mount.path("name").asText()), "there is no such volume", at.then("name"));
            refuse(
                    isKnative && (!clean.isAbsolute() || RESERVED_PATHS.contains(clean.toString())),
                    path + " is not an absolute path, or a reserved one",
                    at.then("mountPath"));
            refuse(
                    path.isEmpty() || path.contains(":") || !seen.add(clean),
                    "'%s' is mounted already, or no path".formatted(path),
                    at.then("mountPath"));
        });
    }

    private void knative() {
        range(tree.at("/spec/template/spec/timeoutSeconds"), 0, config.maxTimeoutSeconds(), POD.then("timeoutSeconds"));
        range(
                tree.at("/spec/template/spec/containerConcurrency"),
                0,
                config.maxContainerConcurrency(),
                POD.then("containerConcurrency"));
        each(
                "spec.template.metadata.name",
                (name, at) -> refuse(
                        !name.asText().startsWith(manifest.name() + "-"),
                        "has to begin with " + manifest.name() + "-",
                        at));
        each("C.name", (name, at) -> refuse(name.asText().equals("queue-proxy"), "is reserved", at));
        each("C.ports[]", (port, at) -> {
            refuse(at.toString().endsWith("[1]"), "Knative takes one port only", at);
            refuse(
                    RESERVED_PORTS.contains(port.path("containerPort").asInt()),
                    "is reserved for the queue-proxy",
                    at.then("containerPort"));
            refuse(
                    port.path("name").asText().equals("h2c"),
                    "HTTP/2 is not spoken here: the proxies pass on HTTP/1.1 without trailers, which gRPC needs; write "
                            + "http1 if the service speaks that, too, or run it by hand",
                    at.then("name"));
        });
        each("C.readinessProbe", (probe, at) -> { // validateReadinessProbe
            for (var name : List.of("failureThreshold", "timeoutSeconds")) {
                refuse(
                        probe.path("periodSeconds").asInt() == 0
                                && probe.path(name).asInt() != 0,
                        "Knative takes it with periodSeconds only",
                        at.then(name));
            }
        });
        each(
                "spec.traffic[]",
                (target, at) -> refuse(
                        target.has("latestRevision")
                                && target.path("latestRevision").asBoolean() == target.has("revisionName"),
                        "expected either latestRevision: true or a revisionName",
                        at));
        var traffic = tree.at("/spec/traffic");
        unique(traffic, "tag", FieldPath.of("spec", "traffic"));
        int sum =
                traffic.findValues("percent").stream().mapToInt(JsonNode::asInt).sum();
        refuse(
                !traffic.isEmpty() && sum != 100,
                "the percentages add up to %d, not to 100".formatted(sum),
                FieldPath.of("spec", "traffic"));
        duration(FieldPath.of("metadata", "annotations"), "/metadata", "serving.knative.dev/rollout-duration");
        duration(
                FieldPath.of("spec", "template", "metadata", "annotations"),
                "/spec/template/metadata",
                "serving.knative.dev/progress-deadline");
    }

    private void duration(FieldPath field, String metadata, String annotation) {
        var text = tree.at(metadata).path("annotations").path(annotation);
        refuse(
                !text.isMissingNode()
                        && GoDuration.parse(text.asText())
                                .filter(time -> time.getNano() == 0)
                                .isEmpty(),
                "'%s' is not a time in whole seconds, such as 90s".formatted(text.asText()),
                field.then(annotation));
    }

    private void apply(Rule rule) {
        var path = rule.path();
        if (rule.format().equals("required")) {
            each(
                    tree,
                    FieldPath.of(),
                    path.subList(0, path.size() - 1),
                    (parent, at) -> refuse(!parent.has(path.getLast()), "is required", at.then(path.getLast())));
        } else {
            each(tree, FieldPath.of(), path, (value, at) -> check(rule.format(), value, at));
        }
    }

    private void check(String format, JsonNode value, FieldPath at) {
        var text = value.asText();
        if (FORMATS.containsKey(format)) {
            var expected = FORMATS.get(format);
            refuse(
                    !expected.pattern().matcher(text).matches(),
                    "'%s' is not %s".formatted(text, expected.expected()),
                    at);
        } else if (format.contains("..")) {
            range(
                    value,
                    Long.parseLong(format.replaceFirst("\\..*", "")),
                    Long.parseLong(format.replaceFirst(".*\\.", "")),
                    at);
        } else {
            refuse(
                    !text.isEmpty() && !List.of(format.split(",")).contains(text),
                    "'%s' is not %s".formatted(text, format),
                    at);
        }
    }

    private void range(JsonNode value, long least, long most, FieldPath at) {
        refuse(
                value.isNumber() && (value.asLong() < least || value.asLong() > most),
                "%s is not a number from %d to %d".formatted(value, least, most),
                at);
    }

    private void exactlyOne(JsonNode node, FieldPath at, String... fields) {
        refuse(
                Arrays.stream(fields).filter(node::has).count() != 1,
                "expected exactly one of " + String.join(", ", fields),
                at);
    }

    private void unique(JsonNode list, String name, FieldPath at) {
        var seen = new HashSet<String>();
        for (int i = 0; i < list.size(); i++) {
            var value = list.get(i).path(name);
            refuse(
                    value.isTextual() && !seen.add(value.asText()),
                    "the %s %s is given twice".formatted(name, value.asText()),
                    at.then(i, name));
        }
    }

    private void refuse(boolean wrong, String message, FieldPath at) {
        if (wrong) {
            throw manifest.problem(message, at);
        }
    }

    private void each(String path, BiConsumer<JsonNode, FieldPath> action) {
        steps(path).forEach(steps -> each(tree, FieldPath.of(), steps, action));
    }

    private static void each(JsonNode node, FieldPath at, List<String> steps, BiConsumer<JsonNode, FieldPath> action) {
        if (node.isMissingNode()) {
            return;
        }
        if (steps.isEmpty()) {
            action.accept(node, at);
            return;
        }
        var rest = steps.subList(1, steps.size());
        switch (steps.getFirst()) {
            case "[]" -> {
                for (int i = 0; i < node.size(); i++) {
                    each(node.path(i), at.then(i), rest, action);
                }
            }
            case "*" ->
                node.properties().forEach(field -> each(field.getValue(), at.then(field.getKey()), rest, action));
            case String field -> each(node.path(field), at.then(field), rest, action);
        }
    }

    private static List<Rule> rules(String table) {
        var rules = new ArrayList<Rule>();
        table.lines()
                .map(line -> line.split(" +"))
                .forEach(columns -> steps(columns[0]).forEach(steps -> rules.add(new Rule(steps, columns[1]))));
        return rules;
    }

    private static Stream<List<String>> steps(String path) {
        return (path.startsWith("P")
                        ? Stream.of("readinessProbe", "livenessProbe", "startupProbe")
                                .map(probe -> path.replaceFirst("P", "C." + probe))
                        : Stream.of(path))
                .map(full -> full.replaceFirst("^C", "spec.template.spec.containers[]")
                        .replace("[]", ".[]"))
                .map(full -> List.of(full.split("\\.")));
    }
}
