/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import shop.cloudevents.AttributeText;
import shop.events.ShopEvent;
import shop.events.ShopEvent.AlarmFiring;
import shop.events.ShopEvent.AlarmResolved;
import shop.events.Uuids;

/**
 * What Alertmanager posts to a webhook, version 4 (its documentation, "Configuration", {@code webhook_config}), as far as it is
 * needed.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@Schema(additionalProperties = Schema.True.class)
public record Notification(
        @NotNull @Pattern(regexp = "4", message = "must be \"4\"") @Schema(examples = "4")
        String version,

        @NotNull @Size(max = MOST_ALERTS) List<@NotNull @Valid Alert> alerts) {
    private static final int MOST_ALERTS = 10_000;

    public Notification {
        if (alerts != null && alerts.size() > MOST_ALERTS) { // before each is validated
            throw new IllegalArgumentException();
        }
    }

    public enum Status {
        firing,
        resolved
    }

    /**
     * Its texts are those of the alarm's author, of any characters.
     *
     * @param endsAt a guess as long as it is firing
     * @param fingerprint of the labels: the same for each notification of the alert, in every Alertmanager
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @Schema(additionalProperties = Schema.True.class)
    public record Alert(
            @NotNull Status status,

            @NotNull @JsonDeserialize(contentUsing = StringDeserializer.class)
            Map<String, @Size(max = 65_536) String> labels,

            @NotNull @JsonDeserialize(contentUsing = StringDeserializer.class)
            Map<String, @Size(max = 65_536) String> annotations,

            @NotNull Instant startsAt,
            @NotNull Instant endsAt,
            @NotNull @Schema(examples = "0f0fd2f58f7b5d0e") String fingerprint) {
        /** Those that all of an alarm's alerts share. The others tell them apart. */
        private static final Set<String> COMMON =
                Set.of("alertname", "alarm", "severity", "action", "namespace", "prometheus", "slo", "job", "instance");

        private static final int LONGEST = 1000;

        /** RFC 3339 and PostgreSQL have no others. */
        private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

        private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

        public Alert {
            if (labels != null
                            && requireNonNullElse(labels.get("alertname"), "").isBlank()
                    || !isInRange(startsAt)
                    || !isInRange(endsAt)) {
                throw new IllegalArgumentException();
            }
        }

        private static boolean isInRange(Instant time) {
            return time == null || !time.isBefore(FIRST) && !time.isAfter(LAST);
        }

        UUID alarm() {
            return Uuids.nameBased("alarm", fingerprint);
        }

        /** @param changes that there have been of the alarm, this one included */
        UUID eventId(int changes) {
            return Uuids.nameBased("alert", fingerprint, startsAt.toString(), status.name(), Integer.toString(changes));
        }

        ShopEvent event() {
            UUID id = alarm();
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
