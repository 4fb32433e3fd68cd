/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static shop.system.Manifests.elements;
import static shop.system.Manifests.name;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import shop.events.EventTypes;
import shop.system.Manifests.Pod;

/** The manifests' own rules, and those between them: of base and local as they are read, of every overlay as it is rendered. */
class ManifestsTest {
    /** The Secrets that an operator creates, with the keys that they have. */
    private static final Map<String, Set<String>> SECRETS = Map.of(
            "postgresql", Set.of("type", "host", "port", "database", "username", "password"),
            "jwt", Set.of("people-issuer", "people-jwks", "cluster-issuer", "cluster-jwks"),
            "smtp", Set.of("host", "port", "username", "password", "from", "starttls"),
            "alerts", Set.of("token"),
            "postgresql-ca", Set.of("ca.crt"),
            "registry", Set.of(".dockerconfigjson"));

    /** What Kubernetes puts into every namespace. */
    private static final String OF_EVERY_NAMESPACE = "kube-root-ca.crt";

    @ParameterizedTest(name = "{0}")
    @MethodSource("systems")
    @Retention(RetentionPolicy.RUNTIME)
    private @interface EverySystem {}

    /** Without kubectl, which OverlaysTest misses aloud, there is one. */
    static Stream<Named<Manifests>> systems() {
        Stream<String> rendered = Commands.find("kubectl").stream()
                .flatMap(kubectl -> Stream.of(
                        "k8s/base",
                        "k8s/overlays/local",
                        "k8s/overlays/dev",
                        "k8s/overlays/production",
                        "src-native-tests/k8s",
                        "src-native-tests/k8s/canary",
                        "src-native-tests/k8s/kafka",
                        "src-native-tests/k8s/traces"));
        return Stream.concat(
                Stream.of(Named.of("k8s/overlays/local as local-knative reads it", Manifests.of("k8s/overlays/local"))),
                rendered.map(overlay -> Named.of(overlay, Manifests.rendered(overlay))));
    }

    @EverySystem
    void everyResourceIsWhatItsKindAllows(Manifests manifests) {
        manifests.resources().forEach(StrictModel::check);
    }

    @EverySystem
    void everyResourceNamesItsNamespace(Manifests manifests) {
        Set<String> ofTheCluster = Set.of("Namespace", "ClusterRoleBinding");
        manifests.resources().stream()
                .filter(resource -> !ofTheCluster.contains(resource.get("kind").asText()))
                .forEach(resource ->
                        assertEquals("shop", resource.at("/metadata/namespace").asText(), name(resource)));
    }

    @EverySystem
    void everySinkSubscriberAndBrokerExists(Manifests manifests) {
        for (String field : Set.of("ref", "reference")) {
            assertAllExist(
                    manifests,
                    field,
                    ref -> ref.get("kind").asText(),
                    ref -> ref.get("name").asText());
        }
        assertAllExist(manifests, "broker", broker -> "Broker", JsonNode::asText);
        manifests.ofKind("Broker").map(broker -> broker.at("/spec/config")).forEach(config -> {
            if (config.isObject()) {
                assertExists(manifests, "ConfigMap", config.get("name").asText());
            }
        });
    }

    /** The mt broker does not say whose delivery timed out: Eventing, pkg/kncloudevents/event_dispatcher.go. */
    @EverySystem
    void everyTriggersDeadLetterSinkNamesIt(Manifests manifests) {
        manifests
                .ofKind("Trigger")
                .forEach(trigger -> assertEquals(
                        "/events?trigger=" + name(trigger),
                        trigger.at("/spec/delivery/deadLetterSink/uri").asText()));
    }

    @EverySystem
    void everyServiceAccountExists(Manifests manifests) {
        assertAllExist(manifests, "serviceAccountName", account -> "ServiceAccount", JsonNode::asText);
        Stream.of("SHOP_SERVICE_ACCOUNTS", "SHOP_PAYMENT_ACCOUNTS")
                .flatMap(variable -> variables(manifests, variable))
                .flatMap(subjects -> Arrays.stream(subjects.split(",")))
                .forEach(subject -> assertExists(
                        manifests, "ServiceAccount", subject.replaceFirst("^system:serviceaccount:shop:", "")));
    }

    @EverySystem
    void everyServiceHasAnIdentityOfItsOwnAndNoTokenThatItDoesNotUse(Manifests manifests) {
        Set<String> accounts = new HashSet<>();
        manifests.pods().forEach(pod -> {
            JsonNode spec = pod.template().get("spec");
            assertFalse(spec.get("automountServiceAccountToken").asBoolean(true), pod.name());
            assertFalse(spec.get("enableServiceLinks").asBoolean(true), pod.name());
            boolean isMigration = pod.owner().get("kind").asText().equals("Job"); // as the service that it migrates for
            assertTrue(
                    isMigration || accounts.add(spec.get("serviceAccountName").asText()),
                    pod.name() + " has the identity of another");
        });
    }

    /**
     * Where events are taken from known Triggers only, by everybody: each consumer knows all that deliver there, and they make
     * their tokens for it alone. Where not, no audience is named: Kafka's broker has no token to show then, and delivers
     * nothing (data-plane, dispatcher/impl/http/WebClientCloudEventSender.java, send).
     */
    @EverySystem
    void everyConsumerKnowsTheTriggersThatDeliverThere(Manifests manifests) {
        boolean known = manifests.ofKind("EventPolicy").findAny().isPresent();
        Map<String, Set<String>> senders = new TreeMap<>();
        Stream.concat(manifests.ofKind("Broker"), manifests.ofKind("Trigger")).forEach(resource -> {
            for (String destination : List.of("/spec/subscriber", "/spec/delivery/deadLetterSink")) {
                JsonNode consumer = resource.at(destination + "/ref/name");
                if (consumer.isTextual()) {
                    assertEquals(
                            known ? "shop/" + consumer.asText() : "",
                            resource.at(destination + "/audience").asText(),
                            name(resource) + destination);
                    senders.computeIfAbsent(consumer.asText(), any -> new TreeSet<>());
                    if (resource.get("kind").asText().equals("Trigger")) {
                        senders.get(consumer.asText()).add(triggersAccount(name(resource)));
                    }
                }
            }
        });
        assertFalse(senders.isEmpty());
        manifests
                .knativeServices()
                .map(service -> new Pod(service, service.at("/spec/template")))
                .forEach(pod -> {
                    String name = name(pod.owner());
                    boolean asks = known && senders.containsKey(name);
                    assertEquals(
                            asks ? senders.get(name) : Set.of(),
                            pod.variable("SHOP_BROKERS") == null
                                    ? Set.of()
                                    : Set.of(pod.variable("SHOP_BROKERS").split(",")),
                            name);
                    assertEquals(asks ? "shop/" + name : null, pod.variable("SHOP_EVENT_AUDIENCE"), name);
                    if (asks) {
                        Set<String> variables = Set.copyOf(
                                pod.template().at("/spec/containers/0/env").findValuesAsText("name"));
                        assertTrue(variables.containsAll(Set.of("CLUSTER_ISSUER", "CLUSTER_JWKS")), name);
                        assertEquals(
                                manifests.has("ClusterRoleBinding", "shop-issuer-keys"),
                                variables.contains("CLUSTER_CA"),
                                name);
                    }
                });
    }

    /** Eventing, pkg/auth/serviceaccount.go; a longer name would end in a hash. */
    private static String triggersAccount(String trigger) {
        String account = trigger + "-oidc-eventing.knative.dev-trigger";
        assertTrue(account.length() <= 63, account + " is too long");
        return "system:serviceaccount:shop:" + account;
    }

    @EverySystem
    void everyConfigMapHasTheKeysThatAreReadFromIt(Manifests manifests) {
        manifests
                .pods()
                .flatMap(pod -> elements(pod.template().at("/spec/volumes")))
                .filter(volume -> volume.has("configMap"))
                .map(volume -> volume.at("/configMap/name").asText())
                .filter(name -> !name.equals(OF_EVERY_NAMESPACE))
                .forEach(name -> assertExists(manifests, "ConfigMap", name));
        manifests.valuesOf("configMapKeyRef").forEach(ref -> {
            String name = ref.get("name").asText();
            assertTrue(
                    hasKey(manifests, "ConfigMap", name, ref.get("key").asText())
                            || ref.path("optional").asBoolean() && !manifests.has("ConfigMap", name),
                    ref + " is in no ConfigMap");
        });
    }

    @EverySystem
    void everySecretIsHereOrOneThatAnOperatorCreates(Manifests manifests) {
        Stream.concat(
                        manifests.valuesOf("secretKeyRef"),
                        manifests.valuesOf("imagePullSecrets").flatMap(Manifests::elements))
                .forEach(ref -> assertSecret(
                        manifests, ref.get("name").asText(), ref.path("key").asText(".dockerconfigjson")));
        manifests
                .valuesOf("secretName")
                .map(JsonNode::asText)
                .forEach(name -> assertSecret(manifests, name, name.startsWith("alerts") ? "token" : "ca.crt"));
    }

    @EverySystem
    void everyAddressWithinTheNamespaceIsThere(Manifests manifests) {
        Stream.concat(
                        manifests.valuesOf("value"),
                        manifests.ofKind("ConfigMap").flatMap(map -> elements(map.get("data"))))
                .map(JsonNode::asText)
                .filter(value -> value.startsWith("http"))
                .map(value -> URI.create(value).getHost())
                .filter(host -> host.endsWith(".shop.svc.cluster.local"))
                .forEach(host -> assertExists(manifests, "Service", host.replaceFirst("\\..*", "")));
    }

    @EverySystem
    void everyPortIsOneThatSomethingListensAt(Manifests manifests) {
        manifests
                .pods()
                .forEach(pod -> pod.containers().forEach(container -> {
                    Set<String> ports = elements(container.path("ports"))
                            .flatMap(port -> Stream.of(port.path("name"), port.path("containerPort")))
                            .map(JsonNode::asText)
                            .collect(toSet());
                    ports.add(String.valueOf(pod.variable("QUARKUS_MANAGEMENT_PORT")));
                    Stream.of("/readinessProbe/httpGet/port", "/readinessProbe/tcpSocket/port")
                            .map(container::at)
                            .filter(port -> !port.isMissingNode())
                            .forEach(port -> assertTrue(ports.contains(port.asText()), pod.name() + " probes " + port));
                }));
        manifests
                .ofKind("Service")
                .filter(service -> service.get("apiVersion").asText().equals("v1"))
                .filter(service -> !service.at("/spec/type").asText().equals("ExternalName"))
                .forEach(service -> elements(service.at("/spec/ports"))
                        .map(port -> port.get("targetPort").asText())
                        .forEach(port -> assertTrue(
                                manifests
                                        .pods()
                                        .filter(pod -> selects(service.at("/spec/selector"), pod))
                                        .flatMap(Pod::containers)
                                        .flatMap(container -> elements(container.path("ports")))
                                        .anyMatch(named ->
                                                named.path("name").asText().equals(port)),
                                name(service) + " leads to " + port + ", where nothing listens")));
    }

    /** Serving, pkg/reconciler/revision/resources/deploy.go: at the port of the requests, whatever the manifest says. */
    @EverySystem
    void livenessIsAskedForWhereKnativeAsks(Manifests manifests) {
        manifests
                .knativeServices()
                .forEach(service -> assertEquals(
                        "{\"tcpSocket\":{\"port\":8080}}",
                        service.at("/spec/template/spec/containers/0/livenessProbe")
                                .toString(),
                        name(service)));
    }

    /** On a busy node the start of a JVM build was seen to take 21 s. */
    @EverySystem
    void nobodyIsKilledNorGivenUpWhileItStarts(Manifests manifests) {
        manifests.knativeServices().forEach(service -> {
            JsonNode startup = service.at("/spec/template/spec/containers/0/startupProbe");
            int patience = startup.path("periodSeconds").asInt()
                    * startup.path("failureThreshold").asInt();
            assertTrue(patience >= 60, name(service) + " is killed after " + patience + " s");
        });
        Stream.concat(manifests.ofKind("Broker"), manifests.ofKind("Trigger"))
                .forEach(resource -> assertTrue(
                        Duration.parse(resource.at("/spec/delivery/timeout").asText())
                                        .compareTo(Duration.ofSeconds(30))
                                >= 0,
                        name(resource) + " gives up while its subscriber starts"));
    }

    @EverySystem
    void everyNetworkPolicyIsAboutAPodThatThereIs(Manifests manifests) {
        manifests
                .ofKind("NetworkPolicy")
                .flatMap(policy -> policy.findValues("podSelector").stream())
                .forEach(selector -> {
                    elements(selector.path("matchExpressions"))
                            .filter(expression ->
                                    expression.get("operator").asText().equals("In"))
                            .flatMap(expression -> elements(expression.get("values")))
                            .forEach(service -> assertExists(manifests, "Service", service.asText()));
                    assertTrue(
                            manifests.pods().anyMatch(pod -> selects(selector.path("matchLabels"), pod)),
                            selector + " selects no pod");
                });
    }

    @EverySystem
    void onlyTheRestServicesArePublic(Manifests manifests) {
        assertEquals(
                Set.of("user-service", "order-service"),
                manifests
                        .knativeServices()
                        .filter(service -> !service.at("/metadata/labels/networking.knative.dev~1visibility")
                                .asText()
                                .equals("cluster-local"))
                        .map(Manifests::name)
                        .collect(toSet()));
    }

    /** The rules of the Pod Security Standard "restricted", as far as a manifest that has no host namespaces can break them. */
    @EverySystem
    void everyPodIsRestricted(Manifests manifests) {
        manifests
                .pods()
                .forEach(pod -> pod.containers().forEach(container -> {
                    JsonNode security = container.path("securityContext");
                    assertTrue(security.path("runAsNonRoot").asBoolean(), pod.name());
                    assertFalse(security.path("runAsUser").asInt(1) == 0, pod.name());
                    assertFalse(security.path("allowPrivilegeEscalation").asBoolean(true), pod.name());
                    assertFalse(security.path("privileged").asBoolean(), pod.name());
                    assertEquals("[\"ALL\"]", security.at("/capabilities/drop").toString(), pod.name());
                    assertFalse(security.path("capabilities").has("add"), pod.name());
                    assertEquals(
                            "RuntimeDefault",
                            security.at("/seccompProfile/type").asText(),
                            pod.name());
                    assertTrue(
                            security.path("readOnlyRootFilesystem").asBoolean(), pod.name() + " could write its image");
                    Set<String> allowed =
                            Set.of("configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim");
                    elements(pod.template().at("/spec/volumes"))
                            .flatMap(volume -> volume.propertyStream().map(Map.Entry::getKey))
                            .filter(kind -> !kind.equals("name"))
                            .forEach(kind -> assertTrue(allowed.contains(kind), pod.name() + " mounts a " + kind));
                }));
        JsonNode namespace = manifests.ofKind("Namespace").findFirst().orElseThrow();
        Stream.of("enforce", "warn")
                .forEach(mode -> assertEquals(
                        "restricted",
                        namespace
                                .at("/metadata/labels/pod-security.kubernetes.io~1" + mode)
                                .asText()));
    }

    @EverySystem
    void everyServiceCanScaleToZeroOrIsKeptForItsCustomers(Manifests manifests) {
        manifests
                .knativeServices()
                .filter(service -> service.at("/spec/template/metadata/annotations/autoscaling.knative.dev~1min-scale")
                        .isValueNode())
                .forEach(service -> assertTrue(
                        Set.of("user-service", "order-service").contains(name(service)),
                        name(service) + " never scales to zero"));
    }

    @EverySystem
    void theEventTypesAreTheCatalogue(Manifests manifests) {
        assertEquals(
                catalogue(), manifests.ofKind("EventType").map(Manifests::name).collect(toSet()));
        Set<String> sources = Set.of(
                EventTypes.USER_SERVICE,
                EventTypes.ORDER_SERVICE,
                EventTypes.AUTHORIZE_PAYMENT,
                EventTypes.REFUND_PAYMENT,
                EventTypes.DEAD_LETTERS);
        manifests.ofKind("EventType").forEach(eventType -> {
            String type = eventType.at("/spec/type").asText();
            assertEquals(name(eventType), type);
            assertEquals(EventTypes.schemaOf(type), eventType.at("/spec/schema").asText());
            assertTrue(sources.contains(eventType.at("/spec/source").asText()), type + " has another source");
        });
    }

    @EverySystem
    void everyTypeThatATriggerWantsIsProduced(Manifests manifests) {
        Set<String> produced = manifests
                .ofKind("EventType")
                .filter(type -> manifests.has(
                        "Service", type.at("/spec/source").asText().replaceFirst(".*/", "")))
                .map(Manifests::name)
                .collect(toSet());
        produced.add(EventTypes.PING);
        manifests
                .ofKind("Trigger")
                .forEach(trigger -> trigger.findValuesAsText("type")
                        .forEach(type -> assertTrue(
                                produced.contains(type) || isPrefix(trigger, type) && startsAny(produced, type),
                                name(trigger) + " waits for " + type + ", which nothing here sends")));
    }

    @EverySystem
    void everyTypeThatIsProducedIsWantedOrPublic(Manifests manifests) {
        Set<String> wanted = manifests
                .ofKind("Trigger")
                .flatMap(trigger -> trigger.findValuesAsText("type").stream())
                .collect(toSet());
        manifests
                .ofKind("EventType")
                .forEach(type -> assertTrue(
                        wanted.contains(name(type))
                                || wanted.stream()
                                        .anyMatch(prefix -> prefix.endsWith(".")
                                                && name(type).startsWith(prefix))
                                || type.at("/metadata/labels/shop~1public")
                                        .asText()
                                        .equals("true"),
                        name(type) + " is wanted by no trigger and not labelled shop/public"));
    }

    @EverySystem
    void everyPingSourceHasItsTriggerAndMaySend(Manifests manifests) {
        Set<String> sources =
                manifests.ofKind("PingSource").map(Manifests::name).collect(toSet());
        assertEquals(
                sources,
                manifests
                        .ofKind("Trigger")
                        .flatMap(trigger -> trigger.findValuesAsText("source").stream())
                        .map(source -> source.replaceFirst("^/apis/v1/namespaces/shop/pingsources/", ""))
                        .collect(toSet()));
        if (manifests.ofKind("EventPolicy").findAny().isPresent()) {
            assertEquals(
                    sources,
                    manifests
                            .ofKind("EventPolicy")
                            .flatMap(policy -> elements(policy.at("/spec/from")))
                            .map(from -> from.path("ref"))
                            .filter(ref -> ref.path("kind").asText().equals("PingSource"))
                            .map(ref -> ref.get("name").asText())
                            .collect(toSet()));
        }
    }

    @EverySystem
    void everyDeliveryHasADeadLetterSink(Manifests manifests) {
        Stream.concat(manifests.ofKind("Broker"), manifests.ofKind("Trigger"))
                .forEach(resource -> assertEquals(
                        "dead-letters",
                        resource.at("/spec/delivery/deadLetterSink/ref/name").asText(),
                        name(resource)));
    }

    /** A request is not cut off while its caller still waits for it. */
    @EverySystem
    void everySubscriberMayTakeAsLongAsItsTriggerWaits(Manifests manifests) {
        manifests.ofKind("Trigger").forEach(trigger -> {
            String subscriber = trigger.at("/spec/subscriber/ref/name").asText();
            int limit = manifests
                    .knativeServices()
                    .filter(service -> name(service).equals(subscriber))
                    .mapToInt(service ->
                            service.at("/spec/template/spec/timeoutSeconds").asInt())
                    .findFirst()
                    .orElseThrow();
            Duration timeout =
                    Duration.parse(trigger.at("/spec/delivery/timeout").asText());
            assertTrue(timeout.toSeconds() <= limit, name(trigger) + " waits longer than " + subscriber + " may take");
        });
    }

    /** timeoutSeconds is the grace period, too: 30 s of it are Knative's draining, before SIGTERM; 10 s are the shutdown's. */
    @EverySystem
    void whoPublishesHasTimeToEmptyItsOutboxWhenItIsStopped(Manifests manifests) {
        manifests
                .knativeServices()
                .filter(ManifestsTest::publishes)
                .forEach(service -> assertTrue(
                        service.at("/spec/template/spec/timeoutSeconds").asInt() > 30 + 10,
                        name(service) + " is killed before it has published"));
    }

    /** Eventing, pkg/auth/audience.go: group/kind/namespace/name in lower case. */
    @EverySystem
    void whoPublishesHasATokenForTheBrokerAndMayUseIt(Manifests manifests) {
        Set<String> publishers = new HashSet<>();
        manifests.knativeServices().filter(ManifestsTest::publishes).forEach(service -> {
            assertTrue(
                    service.findValuesAsText("audience").contains("eventing.knative.dev/broker/shop/default"),
                    name(service) + " has no token for the Broker");
            publishers.add("system:serviceaccount:shop:"
                    + service.at("/spec/template/spec/serviceAccountName").asText());
        });
        assertFalse(publishers.isEmpty());
        if (manifests.ofKind("EventPolicy").findAny().isPresent()) {
            assertEquals(
                    publishers,
                    manifests
                            .ofKind("EventPolicy")
                            .flatMap(policy -> policy.findValuesAsText("sub").stream())
                            .collect(toSet()));
        }
    }

    /** PostgreSQL's default of 100, of which it keeps 3 for its superuser; Flyway takes 2. */
    @EverySystem
    void theDatabasesHaveAConnectionForEveryInstance(Manifests manifests) {
        Map<String, Integer> connections = manifests
                .knativeServices()
                .map(service -> new Pod(service, service.at("/spec/template")))
                .filter(pod -> pod.labels().containsKey("shop/database"))
                .collect(toMap(ManifestsTest::databaseOf, ManifestsTest::connections, Integer::sum));
        assertFalse(connections.isEmpty());
        connections.forEach((database, most) ->
                assertTrue(most + 2 <= 97, database + " may be asked for " + most + " connections"));
    }

    private static String databaseOf(Pod pod) {
        return pod.containers()
                .flatMap(container -> container.findParents("secretKeyRef").stream())
                .map(from -> from.at("/secretKeyRef/name").asText())
                .filter(name -> name.contains("-postgresql"))
                .findFirst()
                .orElseThrow();
    }

    /** Where the pool's size is said, it is production's: twice as many while a new revision takes over. */
    private static int connections(Pod pod) {
        int instances = pod.template()
                .at("/metadata/annotations/autoscaling.knative.dev~1max-scale")
                .asInt();
        assertTrue(instances > 0, pod.name() + " has no max-scale");
        String pool = pod.variable("QUARKUS_DATASOURCE_REACTIVE_MAX_SIZE");
        return pool == null ? instances * 8 : instances * Integer.parseInt(pool) * 2;
    }

    private static boolean publishes(JsonNode service) {
        return service.findValuesAsText("name").contains("K_SINK");
    }

    private static Set<String> catalogue() {
        return Arrays.stream(EventTypes.class.getFields())
                .map(field -> {
                    try {
                        return (String) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .filter(constant -> constant.startsWith("shop."))
                .collect(toSet());
    }

    private static boolean isPrefix(JsonNode trigger, String type) {
        return trigger.findValues("prefix").stream()
                .anyMatch(prefix -> prefix.path("type").asText().equals(type));
    }

    private static boolean startsAny(Set<String> types, String prefix) {
        return types.stream().anyMatch(type -> type.startsWith(prefix));
    }

    private static boolean selects(JsonNode labels, Pod pod) {
        return labels.propertyStream()
                .allMatch(label -> label.getValue().asText().equals(pod.labels().get(label.getKey())));
    }

    private static boolean hasKey(Manifests manifests, String kind, String name, String key) {
        return manifests
                .ofKind(kind)
                .anyMatch(map -> name(map).equals(name) && map.get("data").has(key));
    }

    private static void assertSecret(Manifests manifests, String name, String key) {
        String kind = name.replaceFirst("^.+-(?=postgresql$)", "");
        assertTrue(
                manifests.has("Secret", name)
                        ? hasKey(manifests, "Secret", name, key)
                        : SECRETS.getOrDefault(kind, Set.of()).contains(key),
                name + " with the key " + key + " is neither here nor one that an operator creates");
    }

    private static Stream<String> variables(Manifests manifests, String name) {
        return manifests.pods().map(pod -> pod.variable(name)).filter(value -> value != null);
    }

    private static void assertAllExist(
            Manifests manifests, String field, Function<JsonNode, String> kind, Function<JsonNode, String> name) {
        manifests.valuesOf(field).forEach(value -> assertExists(manifests, kind.apply(value), name.apply(value)));
    }

    private static void assertExists(Manifests manifests, String kind, String name) {
        assertTrue(manifests.has(kind, name), kind + " " + name + " is referred to, but not here");
    }
}
