/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import shop.cloudevents.AttributeText;
import shop.events.ShopEvent;
import shop.events.ShopEvent.AlarmFiring;
import shop.events.ShopEvent.AlarmResolved;
import shop.events.Uuids;
import shop.functions.InvalidEvent;

/**
 * What Alertmanager posts to a webhook, version 4 (its documentation, "Configuration", {@code webhook_config}), as far as it is
 * needed.
 */
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
record Notification(String version, List<Alert> alerts) {
    private static final String VERSION = "4";

    Notification {
        if (!VERSION.equals(version)) {
            throw new InvalidEvent("version", "must be \"" + VERSION + "\"");
        }
        if (alerts == null || alerts.contains(null)) {
            throw new InvalidEvent("alerts", "must be a list of alerts");
        }
    }

    enum Status {
        firing,
        resolved
    }

    /** @param fingerprint of the labels: the same for each notification of the alert, in every Alertmanager */
    @RegisterForReflection
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Alert(
            Status status,
            Map<String, String> labels,
            Map<String, String> annotations,
            Instant startsAt,
            Instant endsAt,
            String fingerprint) {
        /** Those that all of an alarm's alerts share. The others tell them apart. */
        private static final Set<String> COMMON =
                Set.of("alertname", "alarm", "severity", "action", "namespace", "prometheus", "slo", "job", "instance");

        private static final int LONGEST = 1000;

        Alert {
            if (status == null) {
                throw new InvalidEvent("alerts.status", "must be firing or resolved");
            }
            given("fingerprint", fingerprint);
            given("startsAt", startsAt);
            if (status == Status.resolved) {
                given("endsAt", endsAt);
            }
            labels = labels == null ? Map.of() : labels;
            annotations = annotations == null ? Map.of() : annotations;
            given("labels.alertname", labels.get("alertname"));
        }

        private static void given(String member, Object value) {
            if (value == null) {
                throw new InvalidEvent("alerts." + member, "is missing");
            }
        }

        /** The same each time that Alertmanager tells of it. */
        UUID eventId() {
            return Uuids.nameBased("alert", fingerprint, startsAt.toString(), status.name());
        }

        ShopEvent event() {
            UUID id = Uuids.nameBased("alarm", fingerprint);
            String name = text(labels, "alertname");
            String severity = text(labels, "severity");
            String summary = text(annotations, "summary");
            String condition = text(annotations, "condition");
            String remedy = text(annotations, "remedy");
            return switch (status) {
                case firing -> new AlarmFiring(id, name, about(), severity, summary, condition, remedy, startsAt);
                case resolved ->
                    new AlarmResolved(id, name, about(), severity, summary, condition, remedy, startsAt, endsAt);
            };
        }

        Instant time() {
            return status == Status.firing ? startsAt : endsAt;
        }

        private String about() {
            return clean(new TreeMap<>(labels)
                    .entrySet().stream()
                            .filter(label -> !COMMON.contains(label.getKey()))
                            .map(label -> label.getKey() + "=" + label.getValue())
                            .collect(joining(", ")));
        }

        private static String text(Map<String, String> values, String name) {
            return clean(requireNonNullElse(values.get(name), ""));
        }

        private static String clean(String text) {
            return AttributeText.withoutControls(text.substring(0, Math.min(text.length(), LONGEST)));
        }
    }
}
