/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An event that could not be delivered to one Trigger's subscriber. Components are absent if neither the event nor the broker
 * tells them.
 *
 * @param eventId the event's own {@code id}
 * @param unreadable the reason why it is no CloudEvent, and can't be replayed; absent for events
 * @param trigger the Trigger whose delivery failed
 * @param destination the address of the failed delivery
 * @param code the HTTP status of the last attempt there
 * @param reason the beginning of that attempt's answer
 * @param receivedAt the time of the first arrival here
 * @param lastReceivedAt the time of the last arrival here
 * @param deliveries the number of arrivals here
 * @param replayed whether it was replayed since it arrived last, and that was not refused
 * @param refused the reason why the broker refused its latest replay for good; absent otherwise
 */
public record DeadLetter(
        UUID id,
        @JsonInclude(NON_NULL) String type,
        @JsonInclude(NON_NULL) String source,
        @JsonInclude(NON_NULL) String eventId,
        @JsonInclude(NON_NULL) String subject,
        @JsonInclude(NON_NULL) String unreadable,
        @JsonInclude(NON_NULL) String trigger,
        @JsonInclude(NON_NULL) String destination,
        @JsonInclude(NON_NULL) Integer code,
        @JsonInclude(NON_NULL) String reason,
        Instant receivedAt,
        Instant lastReceivedAt,
        int deliveries,
        boolean replayed,
        @JsonInclude(NON_NULL) String refused) {

    /**
     * All of it.
     *
     * @param attributes as they came, extensions included
     * @param data as text; absent if the bytes are not UTF-8
     * @param dataBase64 the bytes as they came
     * @param replays the latest first
     */
    public record Details(
            @JsonUnwrapped DeadLetter deadLetter,
            Map<String, Object> attributes,
            @JsonInclude(NON_NULL) String data,

            @Schema(
                    implementation = String.class,
                    contentEncoding = "base64",
                    examples = "eyJvcmRlcklkIjogInVucmVhZGFibGUifQ==")
            byte[] dataBase64,

            List<Replay> replays) {}

    /**
     * @param by the id of the admin who asked for it
     * @param refused the reason why the broker refused it for good; absent otherwise
     */
    public record Replay(
            Instant at, UUID by, @JsonInclude(NON_NULL) String refused) {}
}
