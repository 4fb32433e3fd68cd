/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.sources.v1.ContainerSource;
import io.fabric8.knative.sources.v1.PingSource;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The refusals of an API server at {@code kubectl apply}: of Knative's webhook (serving's
 * pkg/apis/serving/k8s_validation.go and pkg/apis/serving/v1) for its Services, of Kubernetes (pkg/apis/core/validation,
 * apps, batch) for the rest. What both refuse by their schemas, {@link StrictYaml} does.
 */
record Admission(Manifest manifest, KnativeConfig config) {
    private record Format(String expected, String pattern) {}

    /** By the name in the tables below. */
    private static final Map<String, Format> FORMATS = """
            label        up to 63 small letters, digits and -                   [a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?
            label1035    up to 63 small letters, digits and -, a letter first   [a-z]([-a-z0-9]{0,61}[a-z0-9])?
            subdomain    small letters, digits, - and .                         (?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*
            portname     up to 15 letters, digits and -                         (?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*|\\d+
            labelvalue   up to 63 letters, digits, -, _ and .                   |[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?
            quantity     a quantity, such as 256Mi                              \\+?(\\d+(\\.\\d*)?|\\.\\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?
            image        a reference to an image                                ((localhost|[-\\w]+(\\.[-\\w]+)+|[-\\w.]+(?=:))(:\\d+)?/)?[a-z0-9_./-]{2,255}(:\\w[-\\w.]{0,127})?(@sha256:[0-9a-f]{64})?
            flyway       an image flyway/flyway: other Jobs are not run here, --skip Job leaves them out  (.*/)?flyway/flyway(:.*)?
            text         a text                                                 (?s).+
            key          a key of letters, digits, -, _ and .                   (?=.{1,253}$)(?!\\.\\.?$)[-.\\w]+
            """.lines()
            .map(line -> line.split("  +", 3))
            .collect(Collectors.toMap(c -> c[0], c -> new Format(c[1], c[2])));

    /** What {@link #check} verifies of the values of a {@link FieldPattern}. */
    private static final String ALL = """
            metadata.name                                           subdomain
            metadata.namespace                                      label
            metadata.labels.*                                       labelvalue
            data binaryData stringData                              keys
            """;

    private static final String KNATIVE = """
            spec.template                                           has:spec
            metadata.name spec.template.metadata.name               label1035
            spec.template.metadata.labels.*                         labelvalue
            T.automountServiceAccountToken                          in:false
            spec.traffic[].percent                                  range:0,100
            spec.traffic[].tag                                      label1035
            spec.traffic                                            unique:tag
            C.name                                                  reserved:queue-proxy
            C.image                                                 image
            C.env[].name                                            reserved:PORT,K_SERVICE,K_CONFIGURATION,K_REVISION
            C.ports[].containerPort P.httpGet.port P.tcpSocket.port  range:0,65535
            C.ports[].containerPort                                 reserved:8008,8012,8013,8022,9090,9091
            C.ports[].name                                          in:http1,h2c
            C.ports[].protocol                                      in:TCP
            C.ports[1]                                              refused:Knative takes one port only
            C.securityContext.privileged                            in:false
            C.livenessProbe C.startupProbe                          one:httpGet,tcpSocket
            """;

    private static final String KUBERNETES = """
            spec.template                                           has:spec
            spec.replicas                                           natural
            C                                                       has:name
            C.name                                                  label
            C.imagePullPolicy                                       in:Always,IfNotPresent,Never
            C.ports[].name                                          portname
            C.ports[].protocol                                      in:TCP,UDP,SCTP
            P                                                       one:httpGet,tcpSocket
            P.httpGet P.tcpSocket                                   has:port
            C.ports[].containerPort P.httpGet.port P.tcpSocket.port  range:1,65535
            """;

    private static final String POD = """
            T                                                       has:containers
            T.containers[1]                                         refused:one container for each pod is run here; give the others a Deployment of their own, or leave them out
            T.serviceAccountName                                    subdomain
            T.volumes[] C.env[]                                     has:name
            T.volumes[].name                                        label
            T.volumes C.ports                                       unique:name
            T.volumes[]                                             one:configMap,secret,emptyDir,projected
            C                                                       has:image
            C.image C.env[].name                                    text
            C.env[].valueFrom                                       one:secretKeyRef,configMapKeyRef,fieldRef
            C.envFrom[]                                             one:configMapRef,secretRef
            C.ports[]                                               has:containerPort
            C.terminationMessagePolicy                              in:File,FallbackToLogsOnError
            C.securityContext.runAsUser C.securityContext.runAsGroup  natural
            C.resources.limits.* C.resources.requests.*             quantity
            C.volumeMounts[]                                        has:mountPath
            P.httpGet.scheme                                        in:HTTP
            P.initialDelaySeconds P.periodSeconds P.timeoutSeconds  natural
            P.failureThreshold C.readinessProbe.successThreshold    natural
            C.livenessProbe.successThreshold C.startupProbe.successThreshold  range:0,1
            """;

    private static final String JOB = """
            T                                                       has:restartPolicy
            T.restartPolicy                                         in:Never,OnFailure
            spec.suspend                                            in:false
            C.image                                                 flyway
            C                                                       has:args
            C.args[]                                                in:migrate
            """;

    private static final String CORE_SERVICE = """
            metadata.name                                           label1035
            spec.type                                               in:ClusterIP,NodePort,LoadBalancer,ExternalName
            spec.externalName                                       subdomain
            spec.ports[]                                            has:port
            spec.ports[].port                                       range:1,65535
            spec.ports[].name                                       label
            spec.ports[].protocol                                   in:TCP,UDP,SCTP
            spec.ports[].targetPort                                 portname
            spec.ports                                              unique:name
            """;

    private static final String TRIGGER = """
            $                                                       has:spec
            spec                                                    has:broker
            spec                                                    destination:subscriber
            """;

    private static final String SOURCE = """
            $                                                       has:spec
            spec                                                    destination:sink
            """;

    private static final Set<String> ADDRESSABLE =
            Set.of("serving.knative.dev/v1 Service", "v1 Service", "eventing.knative.dev/v1 Broker");

    private static final Set<String> BINDABLE = Set.of("serving.knative.dev/v1 Service", "apps/v1 Deployment");

    private static final Set<String> RESERVED_PATHS = Set.of("/", "/dev", "/dev/log");

    private static final String NO_HTTP2 =
            "HTTP/2 is not spoken here: the proxies pass on HTTP/1.1 without trailers, which gRPC needs; write http1 "
                    + "if the service speaks that, too, or run it by hand";

    /** @throws shop.localknative.console.StartException for what a cluster refuses */
    void check() {
        apply(ALL + ofKind());
        each("C.env[]", (variable, at) -> {
            boolean hasValue = !variable.path("value").asText().isEmpty();
            refuse(variable.has("valueFrom") && hasValue, "value and valueFrom exclude each other", at);
        });
        each("P", this::probePort);
        volumes();
        each("spec.delivery.deadLetterSink", this::destination);
        switch (manifest.resource()) {
            case Service service -> knative();
            case Deployment deployment -> selector();
            case SinkBinding binding -> each("spec.subject", this::subject);
            case io.fabric8.kubernetes.api.model.Service service -> coreService();
            default -> {}
        }
    }

    private String ofKind() {
        return switch (manifest.resource()) {
            case Service service -> KNATIVE + POD;
            case Deployment deployment -> KUBERNETES + POD;
            case Job job -> KUBERNETES + POD + JOB;
            case ContainerSource source -> KUBERNETES + POD + SOURCE;
            case PingSource source -> SOURCE;
            case SinkBinding binding -> SOURCE + "spec  has:subject";
            case Trigger trigger -> TRIGGER;
            case io.fabric8.kubernetes.api.model.Service service -> CORE_SERVICE;
            default -> "";
        };
    }

    private boolean isKnative() {
        return manifest.resource() instanceof Service;
    }

    private void selector() {
        var labels = manifest.tree().at("/spec/template/metadata/labels");
        var selected = manifest.tree().at("/spec/selector/matchLabels").properties();
        boolean isOther = selected.stream().anyMatch(l -> !l.getValue().equals(labels.get(l.getKey())));
        var message = "selects labels that spec.template.metadata.labels does not have";
        refuse(selected.isEmpty() || isOther, message, FieldPath.of("spec", "selector"));
    }

    private void coreService() {
        var spec = manifest.tree().path("spec");
        if (spec.path("type").asText().equals("ExternalName")) {
            apply("spec  has:externalName");
        } else if (!spec.path("clusterIP").asText().equals("None")) {
            apply("spec  has:ports");
        }
        if (spec.path("ports").size() > 1) {
            apply("spec.ports[]  has:name");
        }
    }

    private JsonNode container() {
        return manifest.tree().at("/spec/template/spec/containers/0");
    }

    private void probePort(JsonNode probe, FieldPath at) {
        var names = new HashSet<>(container().path("ports").findValuesAsText("name"));
        if (isKnative() && names.isEmpty()) {
            names.add("http"); // as Knative calls a port without a name
        }
        for (var handler : List.of("httpGet", "tcpSocket")) {
            var port = probe.path(handler).path("port");
            var message = "the container has no port named '%s', only %s".formatted(port.asText(), names);
            refuse(port.isTextual() && !names.contains(port.asText()), message, at.then(handler, "port"));
        }
    }

    private void volumes() {
        var mounted = container().path("volumeMounts").findValuesAsText("name");
        var names = new HashSet<String>();
        each("T.volumes[].name", (name, at) -> {
            names.add(name.asText());
            boolean isUnused = isKnative() && !mounted.contains(name.asText());
            refuse(isUnused, "Knative refuses a volume that is not mounted", at);
        });
        var seen = new HashSet<Path>();
        each("C.volumeMounts[]", (mount, at) -> {
            var path = mount.path("mountPath").asText();
            var clean = Path.of(path).normalize();
            boolean isReserved = !clean.isAbsolute() || RESERVED_PATHS.contains(clean.toString());
            boolean isTaken = path.isEmpty() || path.contains(":") || !seen.add(clean);
            refuse(!names.contains(mount.path("name").asText()), "there is no such volume", at.then("name"));
            var field = at.then("mountPath");
            refuse(isKnative() && isReserved, path + " is not an absolute path, or a reserved one", field);
            refuse(isTaken, "'%s' is mounted already, or no path".formatted(path), field);
        });
    }

    private void knative() {
        apply("T.timeoutSeconds  range:0," + config.maxTimeoutSeconds());
        apply("T.containerConcurrency  range:0," + config.maxContainerConcurrency());
        var prefix = manifest.name() + "-";
        each("spec.template.metadata.name", (name, at) -> {
            refuse(!name.asText().startsWith(prefix), "has to begin with " + prefix, at);
        });
        each("C.ports[].name", (name, at) -> refuse(name.asText().equals("h2c"), NO_HTTP2, at));
        each("C.readinessProbe", (probe, at) -> { // validateReadinessProbe
            refuse(probe.has("httpGet") && probe.has("tcpSocket"), "expected exactly one of httpGet, tcpSocket", at);
            for (var name : List.of("failureThreshold", "timeoutSeconds")) {
                boolean isAlone = probe.path("periodSeconds").asInt() == 0
                        && probe.path(name).asInt() != 0;
                refuse(isAlone, "Knative takes it with periodSeconds only", at.then(name));
            }
        });
        each("spec.traffic[]", (target, at) -> {
            var latest = target.path("latestRevision");
            boolean contradicts = latest.isBoolean() && latest.asBoolean() == target.has("revisionName");
            refuse(contradicts, "expected either latestRevision: true or a revisionName", at);
        });
        each("spec.traffic", (traffic, at) -> {
            int sum = 0;
            for (var percent : traffic.findValues("percent")) {
                sum += percent.asInt();
            }
            refuse(!traffic.isEmpty() && sum != 100, "the percentages add up to %d, not to 100".formatted(sum), at);
        });
        wholeSeconds("metadata.annotations", "serving.knative.dev/rollout-duration");
        wholeSeconds("spec.template.metadata.annotations", "serving.knative.dev/progress-deadline");
    }

    private void wholeSeconds(String annotations, String name) {
        each(annotations, (given, at) -> {
            var text = given.path(name).asText("0");
            boolean isWhole =
                    GoDuration.parse(text).filter(time -> time.getNano() == 0).isPresent();
            refuse(!isWhole, "'%s' is not a time in whole seconds, such as 90s".formatted(text), at.then(name));
        });
    }

    /** ValidateDestination in knative/pkg's apis/duck/v1/destination.go. */
    private void destination(JsonNode destination, FieldPath at) {
        boolean isRelative = destination.has("ref");
        refuse(!isRelative && !destination.has("uri"), "a ref or a uri is expected", at);
        var uri = destination.path("uri").asText();
        var message = isRelative
                ? "%s is not allowed beside a ref: a uri relative to that is expected, such as /path"
                : "an http URL is expected, not %s";
        refuse(destination.has("uri") && !isUri(uri, isRelative), message.formatted(uri), at.then("uri"));
        boolean isAddressable = ADDRESSABLE.contains(Kinds.of(destination.path("ref")));
        refuse(isRelative && !isAddressable, "expected one of " + ADDRESSABLE, at.then("ref", "kind"));
    }

    private static boolean isUri(String text, boolean relative) {
        try {
            var uri = UriReference.parse(text);
            return relative ? !uri.isAbsolute() : uri.toString().matches("https?://[^/]+.*");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void subject(JsonNode subject, FieldPath at) {
        var message = "expected one of %s; --skip SinkBinding/%s leaves it out"
                .formatted(new TreeSet<>(BINDABLE), manifest.name());
        refuse(!BINDABLE.contains(Kinds.of(subject)), message, at.then("kind"));
    }

    private void apply(String table) {
        for (var line : table.lines().toList()) {
            var columns = line.split("  +", 2);
            each(columns[0], (value, at) -> check(columns[1], value, at));
        }
    }

    private void check(String check, JsonNode value, FieldPath at) {
        var text = value.asText();
        var argument = check.substring(check.indexOf(':') + 1);
        var names = List.of(argument.split(","));
        switch (check.replaceFirst(":.*", "")) {
            case "has" -> names.forEach(name -> refuse(isMissing(value.path(name)), "is required", at.then(name)));
            case "keys" ->
                value.fieldNames().forEachRemaining(key -> check("key", TextNode.valueOf(key), at.then(key)));
            case "one" -> {
                boolean isOne = names.stream().filter(value::has).count() == 1;
                refuse(!isOne, "expected exactly one of " + String.join(", ", names), at);
            }
            case "in" ->
                refuse(!text.isEmpty() && !names.contains(text), "'%s' is not %s".formatted(text, argument), at);
            case "range" -> range(value, Long.parseLong(names.getFirst()), Long.parseLong(names.getLast()), at);
            case "natural" -> range(value, 0, Integer.MAX_VALUE, at);
            case "reserved" -> refuse(names.contains(text), "is reserved by Knative", at);
            case "refused" -> refuse(true, argument, at);
            case "unique" -> unique(value, argument, at);
            case "destination" -> destination(value.path(argument), at.then(argument));
            default -> {
                var format = FORMATS.get(check);
                refuse(!text.matches(format.pattern()), "'%s' is not %s".formatted(text, format.expected()), at);
            }
        }
    }

    private static boolean isMissing(JsonNode value) {
        return value.isMissingNode() || value.isArray() && value.isEmpty();
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

    private void each(String pattern, BiConsumer<JsonNode, FieldPath> action) {
        manifest.each(pattern, action);
    }
}
