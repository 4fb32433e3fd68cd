/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house, for the main classes of every module: which package may use which, and what none may do. */
class ArchitectureTest {
    private static final Set<String> ROUTING = Set.of(
            "io.quarkus.vertx.http.runtime.filters.Filters",
            "io.vertx.ext.web.Router",
            "io.vertx.ext.web.RoutingContext");

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() throws IOException {
        List<Path> modules;
        try (Stream<Path> directories = Files.find(
                Manifests.ROOT, 4, (file, attributes) -> file.endsWith("target/classes") && attributes.isDirectory())) {
            modules = directories
                    .filter(directory -> !directory.startsWith(Manifests.ROOT.resolve("tools/bench")))
                    .toList();
        }
        assertTrue(modules.size() >= 10, "not all modules are built: " + modules);
        classes = new ClassFileImporter().importPaths(modules);
    }

    @Test
    void contractsKnowNoFramework() {
        check(classes()
                .that()
                .resideInAPackage("shop.events..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("shop.events..", "java..", "com.fasterxml.jackson.annotation..")));
    }

    @Test
    void cloudEventsTextEdgeAndSettingsKnowNoShop() {
        check(ofTheShop("shop.cloudevents.."));
        check(ofTheShop("shop.text.."));
        check(ofTheShop("shop.edge.."));
        check(ofTheShop("shop.settings..", "shop.text.."));
        check(ofTheShop("shop.tracing..", "shop.cloudevents.."));
    }

    @Test
    void kitKnowsNoneOfItsServices() {
        check(ofTheShop(
                "shop.kit..",
                "shop.events..",
                "shop.cloudevents..",
                "shop.identity..",
                "shop.text..",
                "shop.tracing..",
                "shop.edge..",
                "shop.settings.."));
    }

    @Test
    void servicesKnowEachOtherByTheirEventsOnly() {
        Stream.of("shop.users..", "shop.orders..", "shop.deadletters..")
                .forEach(service -> check(ofTheShop(
                        service,
                        service,
                        "shop.kit..",
                        "shop.events..",
                        "shop.cloudevents..",
                        "shop.text..",
                        "shop.settings..",
                        "shop.tracing..")));
    }

    @Test
    void functionsHaveNoDatabaseAndNoKit() {
        check(ofTheShop(
                "shop.functions..",
                "shop.events..",
                "shop.cloudevents..",
                "shop.identity..",
                "shop.text..",
                "shop.tracing..",
                "shop.edge..",
                "shop.settings.."));
        check(noClasses()
                .that()
                .resideInAPackage("shop.functions..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("..sqlclient..", "..pgclient..", "java.sql..")));
    }

    @Test
    void localKnativeKnowsKnativeAndNotTheShop() {
        check(ofTheShop("shop.localknative..", "shop.cloudevents..", "shop.text..", "shop.tracing.."));
    }

    @Test
    void noPackagesNeedEachOther() {
        Stream.of(
                        "shop.(*)..",
                        "shop.kit.(*)..",
                        "shop.orders.(*)..",
                        "shop.functions.(*)..",
                        "shop.localknative.(*)..")
                .forEach(packages -> check(slices().matching(packages).should().beFreeOfCycles()));
    }

    /** A thread that sleeps holds what it has, and a test of it has to wait, too. */
    @Test
    void nothingThatIsDeployedSleeps() {
        check(noClasses()
                .that(resideOutsideOfPackages("shop.localknative..", "shop.payments..", "shop.testkit.."))
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", Duration.class));
    }

    /** Whoever answers HTTP may block, since each request has a thread of its own. */
    @Test
    void resourcesRunOnVirtualThreads() {
        check(classes()
                .that()
                .areAnnotatedWith("jakarta.ws.rs.Path")
                .and()
                .areNotInterfaces()
                .should()
                .beAnnotatedWith("io.smallrye.common.annotation.RunOnVirtualThread"));
    }

    /** Handlers of the router are called on an event loop: what waits there is work for executeBlocking. */
    @Test
    void handlersOfTheRouterDoNotWait() {
        check(noClasses()
                .that(describe("handle requests on an event loop", ArchitectureTest::handlesOnAnEventLoop))
                .should()
                .callMethodWhere(describe("it blocks", ArchitectureTest::blocks)));
    }

    private static boolean handlesOnAnEventLoop(JavaClass type) {
        return type.getPackageName().matches("shop\\.(kit|identity|functions|users|orders|deadletters)\\b.*")
                && (type.isAssignableTo("io.vertx.core.Handler")
                        || type.getMethods().stream()
                                .flatMap(method -> method.getRawParameterTypes().stream())
                                .map(JavaClass::getName)
                                .anyMatch(ROUTING::contains));
    }

    private static boolean blocks(JavaMethodCall call) {
        JavaClass owner = call.getTargetOwner();
        return owner.isAssignableTo("io.smallrye.mutiny.groups.UniAwait")
                || owner.isAssignableTo(Future.class) && Set.of("get", "join").contains(call.getName())
                || owner.isEquivalentTo(Files.class);
    }

    private static ArchRule ofTheShop(String packages, String... allowed) {
        String[] all = Stream.concat(Stream.of(packages), Stream.of(allowed)).toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(packages)
                .should()
                .dependOnClassesThat(resideInAnyPackage("shop..").and(resideOutsideOfPackages(all)));
    }

    private static void check(ArchRule rule) {
        rule.check(classes);
    }
}
