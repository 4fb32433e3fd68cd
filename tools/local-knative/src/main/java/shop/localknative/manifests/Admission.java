/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * The refusals of an API server at {@code kubectl apply}: of Knative's webhook (serving's
 * pkg/apis/serving/k8s_validation.go and pkg/apis/serving/v1) for its Services, of Kubernetes (pkg/apis/core/validation,
 * apps, batch) for the rest. What both refuse by their schemas, {@link StrictYaml} does.
 */
record Admission(Manifest manifest, JsonNode tree, KnativeConfig config) {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    private record Format(String pattern, String expected) {}

    private static final Map<String, Format> FORMATS = Map.of(
            "label", new Format(LABEL, "up to 63 small letters, digits and -"),
            "label1035", new Format("(?=[a-z])" + LABEL, "up to 63 small letters, digits and -, a letter first"),
            "subdomain", new Format("(?=.{1,253}$)%1$s(\\.%1$s)*".formatted(LABEL), "small letters, digits, - and ."),
            "portname",
                    new Format("(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*|\\d+", "up to 15 letters, digits and -"),
            "labelvalue", new Format("|[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?", "up to 63 letters, digits, -, _ and ."),
            "quantity",
                    new Format(
                            "\\+?(\\d+(\\.\\d*)?|\\.\\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?",
                            "a quantity, such as 256Mi"),
            "image",
                    new Format(
                            "((localhost|[-\\w]+(\\.[-\\w]+)+|[-\\w.]+(?=:))(:\\d+)?/)?[a-z0-9_./-]{2,255}(:\\w[-\\w.]{0,127})?(@sha256:[0-9a-f]{64})?",
                            "a reference to an image"),
            "text", new Format("(?s).+", "a text"),
            "key", new Format("(?=.{1,253}$)(?!\\.\\.?$)[-.\\w]+", "a key of letters, digits, -, _ and ."));

    /** @param check a format, a range, the values that are taken, or one of what {@link #check} knows */
    private record Rule(List<String> path, String check) {}

    private static final List<Rule> ALL = rules("""
            metadata.namespace                     label
            metadata.labels.*                      labelvalue
            data                                   keys
            binaryData                             keys
            stringData                             keys
            """);

    private static final List<Rule> NAMED = rules("metadata.name subdomain");

    /** C is a container, P one of its probes. */
    private static final List<Rule> KNATIVE = rules("""
            metadata.name                          label1035
            spec.template.spec                     required
            spec.template.metadata.name            label1035
            spec.template.metadata.labels.*        labelvalue
            spec.template.spec.automountServiceAccountToken   false
            spec.traffic[].percent                 0..100
            spec.traffic[].tag                     label1035
            spec.traffic                           unique:tag
            C.name                                 not:queue-proxy
            C.image                                image
            C.env[].name                           not:PORT,K_SERVICE,K_CONFIGURATION,K_REVISION
            C.ports[].containerPort                0..65535
            C.ports[].containerPort                not:8008,8012,8013,8022,9090,9091
            C.ports[].name                         http1,h2c
            C.ports[].protocol                     TCP
            C.ports[1]                             none:Knative takes one port only
            C.securityContext.privileged           false
            P.httpGet.port                         0..65535
            P.tcpSocket.port                       0..65535
            C.livenessProbe                        one:httpGet,tcpSocket
            C.startupProbe                         one:httpGet,tcpSocket
            """);

    private static final List<Rule> KUBERNETES = rules("""
            metadata.name                          subdomain
            spec.template.spec                     required
            spec.replicas                          0..2147483647
            C.name                                 required
            C.name                                 label
            C.imagePullPolicy                      Always,IfNotPresent,Never
            C.ports[].containerPort                1..65535
            C.ports[].name                         portname
            C.ports[].protocol                     TCP,UDP,SCTP
            P                                      one:httpGet,tcpSocket
            P.httpGet.port                         required
            P.httpGet.port                         1..65535
            P.tcpSocket.port                       required
            P.tcpSocket.port                       1..65535
            """);

    private static final List<Rule> POD = rules("""
            spec.template.spec.containers[1]       none:one container for each pod is run here; give the others a Deployment of their own, or leave them out
            spec.template.spec.serviceAccountName  subdomain
            spec.template.spec.volumes[].name      required
            spec.template.spec.volumes[].name      label
            spec.template.spec.volumes             unique:name
            spec.template.spec.volumes[]           one:configMap,secret,emptyDir,projected
            C.image                                required
            C.image                                text
            C.env[].name                           required
            C.env[].name                           text
            C.envFrom[]                            one:configMapRef,secretRef
            C.ports[].containerPort                required
            C.ports                                unique:name
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
            spec.ports                             unique:name
            """);

    private static final Set<String> RESERVED_PATHS = Set.of("/", "/dev", "/dev/log");

    /** @throws shop.localknative.console.StartException for what a cluster refuses */
    void check() {
        apply(ALL);
        switch (manifest.resource()) {
            case Service service -> {
                pod(KNATIVE);
                knative();
            }
            case Deployment deployment -> {
                pod(KUBERNETES);
                var labels = tree.at("/spec/template/metadata/labels");
                var selected = tree.at("/spec/selector/matchLabels").properties();
                refuse(
                        selected.isEmpty()
                                || selected.stream().anyMatch(l -> !l.getValue().equals(labels.get(l.getKey()))),
                        "selects labels that spec.template.metadata.labels does not have",
                        FieldPath.of("spec", "selector"));
            }
            case Job job -> {
                pod(KUBERNETES);
                apply(JOB);
            }
            case ContainerSource source -> pod(KUBERNETES);
            case io.fabric8.kubernetes.api.model.Service service -> {
                apply(CORE_SERVICE);
                coreService(tree.path("spec"));
            }
            default -> apply(NAMED);
        }
    }

    private boolean isKnative() {
        return manifest.resource() instanceof Service;
    }

    private void coreService(JsonNode spec) {
        var ports = spec.path("ports");
        if (spec.path("type").asText().equals("ExternalName")) {
            refuse(!spec.has("externalName"), "is required", FieldPath.of("spec", "externalName"));
        } else if (!spec.path("clusterIP").asText().equals("None")) {
            refuse(ports.isEmpty(), "is required", FieldPath.of("spec", "ports"));
        }
        each(
                "spec.ports[]",
                (port, at) -> refuse(ports.size() > 1 && !port.has("name"), "is required", at.then("name")));
    }

    private void pod(List<Rule> rules) {
        apply(rules);
        apply(POD);
        var containers = tree.at("/spec/template/spec/containers");
        refuse(containers.isEmpty(), "is required", FieldPath.of("spec", "template", "spec", "containers"));
        each("C.env[]", (variable, at) -> {
            boolean hasValue = !variable.path("value").asText().isEmpty();
            refuse(variable.has("valueFrom") && hasValue, "value and valueFrom exclude each other", at);
        });
        each("P", (probe, at) -> probePort(containers.path(0).path("ports"), probe, at));
        volumes(containers.path(0), tree.at("/spec/template/spec/volumes"));
    }

    private void probePort(JsonNode ports, JsonNode probe, FieldPath at) {
        var names = new HashSet<>(ports.findValuesAsText("name"));
        if (isKnative() && names.isEmpty()) {
            names.add("http"); // as Knative calls a port without a name
        }
        for (var handler : List.of("httpGet", "tcpSocket")) {
            var port = probe.path(handler).path("port");
            var message = "the container has no port named '%s', only %s".formatted(port.asText(), names);
            refuse(port.isTextual() && !names.contains(port.asText()), message, at.then(handler, "port"));
        }
    }

    private void volumes(JsonNode container, JsonNode volumes) {
        var mounted = container.path("volumeMounts").findValuesAsText("name");
        var names = volumes.findValuesAsText("name");
        var seen = new HashSet<Path>();
        each(
                "spec.template.spec.volumes[].name",
                (name, at) -> refuse(
                        isKnative() && !mounted.contains(name.asText()),
                        "Knative refuses a volume that is not mounted",
                        at));
        each("C.volumeMounts[]", (mount, at) -> {
            var path = mount.path("mountPath").asText();
            var clean = Path.of(path).normalize();
            boolean isReserved = !clean.isAbsolute() || RESERVED_PATHS.contains(clean.toString());
            boolean isTaken = path.isEmpty() || path.contains(":") || !seen.add(clean);
            refuse(!names.contains(mount.path("name").asText()), "there is no such volume", at.then("name"));
            refuse(
                    isKnative() && isReserved,
                    path + " is not an absolute path, or a reserved one",
                    at.then("mountPath"));
            refuse(isTaken, "'%s' is mounted already, or no path".formatted(path), at.then("mountPath"));
        });
    }

    private void knative() {
        each("spec.template.spec.timeoutSeconds", (time, at) -> range(time, 0, config.maxTimeoutSeconds(), at));
        each(
                "spec.template.spec.containerConcurrency",
                (most, at) -> range(most, 0, config.maxContainerConcurrency(), at));
        var prefix = manifest.name() + "-";
        each(
                "spec.template.metadata.name",
                (name, at) -> refuse(!name.asText().startsWith(prefix), "has to begin with " + prefix, at));
        each(
                "C.ports[].name",
                (name, at) -> refuse(
                        name.asText().equals("h2c"),
                        "HTTP/2 is not spoken here: the proxies pass on HTTP/1.1 without trailers, which gRPC needs; write http1 "
                                + "if the service speaks that, too, or run it by hand",
                        at));
        each("C.readinessProbe", (probe, at) -> { // validateReadinessProbe
            refuse(probe.has("httpGet") && probe.has("tcpSocket"), "expected exactly one of httpGet, tcpSocket", at);
            for (var name : List.of("failureThreshold", "timeoutSeconds")) {
                boolean isAlone = probe.path("periodSeconds").asInt() == 0
                        && probe.path(name).asInt() != 0;
                refuse(isAlone, "Knative takes it with periodSeconds only", at.then(name));
            }
        });
        each(
                "spec.traffic[]",
                (target, at) -> refuse(
                        target.has("latestRevision")
                                && target.path("latestRevision").asBoolean() == target.has("revisionName"),
                        "expected either latestRevision: true or a revisionName",
                        at));
        each("spec.traffic", (traffic, at) -> {
            int sum = traffic.findValues("percent").stream()
                    .mapToInt(JsonNode::asInt)
                    .sum();
            refuse(!traffic.isEmpty() && sum != 100, "the percentages add up to %d, not to 100".formatted(sum), at);
        });
        each(
                "metadata.annotations",
                (annotations, at) -> duration(annotations, "serving.knative.dev/rollout-duration", at));
        each(
                "spec.template.metadata.annotations",
                (annotations, at) -> duration(annotations, "serving.knative.dev/progress-deadline", at));
    }

    private void duration(JsonNode annotations, String name, FieldPath at) {
        var text = annotations.path(name).asText("0");
        boolean isWhole =
                GoDuration.parse(text).filter(time -> time.getNano() == 0).isPresent();
        refuse(!isWhole, "'%s' is not a time in whole seconds, such as 90s".formatted(text), at.then(name));
    }

    private void apply(List<Rule> rules) {
        for (Rule rule : rules) {
            var path = rule.path();
            if (rule.check().equals("required")) {
                var last = path.getLast();
                each(
                        tree,
                        FieldPath.of(),
                        path.subList(0, path.size() - 1),
                        (parent, at) -> refuse(!parent.has(last), "is required", at.then(last)));
            } else {
                each(tree, FieldPath.of(), path, (value, at) -> check(rule.check(), value, at));
            }
        }
    }

    private void check(String check, JsonNode value, FieldPath at) {
        var format = FORMATS.get(check);
        var text = value.asText();
        var parts = check.split("[:,]|\\.\\.");
        var rest = List.of(parts).subList(1, parts.length);
        if (format != null) {
            refuse(!text.matches(format.pattern()), "'%s' is not %s".formatted(text, format.expected()), at);
        } else if (check.contains("..")) {
            range(value, Long.parseLong(parts[0]), Long.parseLong(parts[1]), at);
        } else if (check.equals("keys")) {
            value.fieldNames().forEachRemaining(key -> check("key", TextNode.valueOf(key), at.then(key)));
        } else if (check.startsWith("one:")) {
            refuse(
                    rest.stream().filter(value::has).count() != 1,
                    "expected exactly one of " + String.join(", ", rest),
                    at);
        } else if (check.startsWith("not:")) {
            refuse(rest.contains(text), "is reserved by Knative", at);
        } else if (check.startsWith("none:")) {
            refuse(true, check.substring("none:".length()), at);
        } else if (check.startsWith("unique:")) {
            unique(value, parts[1], at);
        } else {
            refuse(!text.isEmpty() && !List.of(parts).contains(text), "'%s' is not %s".formatted(text, check), at);
        }
    }

    private void range(JsonNode value, long least, long most, FieldPath at) {
        boolean isOutside = value.isNumber() && (value.asLong() < least || value.asLong() > most);
        refuse(isOutside, "%s is not a number from %d to %d".formatted(value, least, most), at);
    }

    private void unique(JsonNode list, String name, FieldPath at) {
        var seen = new HashSet<String>();
        for (int i = 0; i < list.size(); i++) {
            var value = list.get(i).path(name);
            boolean isTwice = value.isTextual() && !seen.add(value.asText());
            refuse(isTwice, "the %s %s is given twice".formatted(name, value.asText()), at.then(i, name));
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
            case "[1]" -> each(node.path(1), at.then(1), rest, action);
            case "*" ->
                node.properties().forEach(field -> each(field.getValue(), at.then(field.getKey()), rest, action));
            case String field -> each(node.path(field), at.then(field), rest, action);
        }
    }

    private static List<Rule> rules(String table) {
        return table.lines()
                .map(line -> line.split(" +", 2))
                .flatMap(columns -> steps(columns[0]).map(steps -> new Rule(steps, columns[1])))
                .toList();
    }

    private static Stream<List<String>> steps(String path) {
        var paths = path.startsWith("P")
                ? Stream.of("readinessProbe", "livenessProbe", "startupProbe")
                        .map(probe -> path.replaceFirst("P", "C." + probe))
                : Stream.of(path);
        return paths.map(full -> full.replaceFirst("^C", "spec.template.spec.containers[]")
                        .replace("[", ".["))
                .map(full -> List.of(full.split("\\.")));
    }
}
