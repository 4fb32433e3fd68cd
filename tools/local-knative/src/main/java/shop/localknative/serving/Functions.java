/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import io.fabric8.knative.serving.v1.Service;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import shop.localknative.eventing.Catalogue;
import shop.localknative.eventing.Invocations;
import shop.localknative.manifests.Manifest;
import shop.localknative.manifests.Manifests;
import shop.localknative.network.Addresses;
import shop.localknative.platform.Processes;

/**
 * The services that events run: by which Triggers and schedules, and how that goes.
 *
 * @param manifests as they are now
 */
public record Functions(Supplier<Manifests> manifests, Serving serving, Invocations invocations) {
    private static final int SHOWN = 10;

    /** All by name, each with the same fields. Reads the memory of processes, so it is not for an event loop. */
    List<JsonObject> all() {
        var now = manifests.get();
        var catalogue = new Catalogue(now);
        return now.of(Service.class).stream()
                .filter(service -> !catalogue.triggersOf(service).isEmpty())
                .sorted(Comparator.comparing(Manifest::name))
                .map(service -> json(service, catalogue))
                .toList();
    }

    private JsonObject json(Manifest service, Catalogue catalogue) {
        var summary = invocations.of(Addresses.hostOf(service.namespace(), service.name()));
        var codes = new JsonObject();
        summary.codes().forEach((code, count) -> codes.put(code.toString(), count));
        return new JsonObject()
                .put("name", service.name())
                .put("triggers", new JsonArray(catalogue.triggersOf(service)))
                .put("receives", new JsonArray(catalogue.receivedBy(service)))
                .put("schedules", new JsonArray(catalogue.schedulesOf(service)))
                .put(
                        "invocations",
                        summary.codes().values().stream()
                                .mapToLong(count -> count)
                                .sum())
                .put("outcomes", codes)
                .put("p50Millis", millis(summary.percentile(50)))
                .put("p99Millis", millis(summary.percentile(99)))
                .put("residentBytes", new JsonArray(resident(service).boxed().toList()))
                .put(
                        "latest",
                        new JsonArray(summary.latest().stream()
                                .limit(SHOWN)
                                .map(Functions::json)
                                .toList()));
    }

    /** Of each instance. */
    private LongStream resident(Manifest service) {
        return serving.service(service.name()).stream()
                .flatMap(running -> running.revisions().stream())
                .flatMap(revision -> revision.pids().stream())
                .map(Processes::resident)
                .flatMapToLong(OptionalLong::stream);
    }

    private static JsonObject json(Invocations.Invocation invocation) {
        return new JsonObject()
                .put("time", invocation.time().toString())
                .put("type", invocation.type())
                .put("id", invocation.id())
                .put("code", invocation.code())
                .put("millis", invocation.duration().toNanos() / 1e6);
    }

    private static Double millis(Optional<Duration> duration) {
        return duration.map(time -> time.toNanos() / 1e6).orElse(null);
    }
}
