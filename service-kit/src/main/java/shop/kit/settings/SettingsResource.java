/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import shop.kit.http.Api;
import shop.kit.identity.Caller;
import shop.settings.Settings;
import shop.settings.State;

/** The settings of this process, for admins. They are changed in the ConfigMap, not here. */
@Path("/settings")
@RunOnVirtualThread
@RolesAllowed(Caller.ADMIN)
@Produces(MediaType.APPLICATION_JSON)
@SecurityRequirement(name = Api.BEARER)
@Tag(name = "Settings", description = "What operators may change while the service runs. For admins only.")
public class SettingsResource {
    private final Settings settings;

    SettingsResource(Settings settings) {
        this.settings = settings;
    }

    @Schema(name = "Setting")
    record Shown(
            @Schema(examples = "payment-timeout") String name,

            @Schema(
                    description = "The effect of the value",
                    examples = "The time in which an order must be paid, from then on")
            String purpose,

            @Schema(description = "The values that are allowed", examples = "an ISO 8601 duration from PT0S to P365D")
            String allowed,

            @Schema(description = "The value in effect, as it is written in a file", examples = "PT20M")
            String value,

            @JsonProperty("default") @Schema(description = "The value without a file", examples = "PT20M")
            String byDefault,

            State.Source source,

            @Schema(description = "When the value took effect in the instance that answers")
            Instant since,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(description = "The last value since the start that was not allowed; absent if there was none")
            Refused lastRefused) {
        private static <T> Shown of(State<T> state) {
            var setting = state.setting();
            return new Shown(
                    setting.name(),
                    setting.purpose(),
                    setting.kind().allowed(),
                    state.printed(),
                    setting.kind().print(setting.byDefault()),
                    state.source(),
                    state.since(),
                    Refused.of(state));
        }
    }

    @Schema(name = "RefusedSetting")
    record Refused(
            @Schema(examples = "soon") String value,
            Instant at,

            @Schema(description = "Whether the file still holds it")
            boolean current) {
        /** Longer than any that is allowed. A file may have a megabyte. */
        private static final int LONGEST = 1000;

        private static Refused of(State<?> state) {
            var refused = state.lastRefused();
            return refused == null ? null : new Refused(cut(refused.value()), refused.at(), state.refused());
        }

        private static String cut(String value) {
            return value.codePointCount(0, value.length()) <= LONGEST
                    ? value
                    : value.substring(0, value.offsetByCodePoints(0, LONGEST)) + "…";
        }
    }

    @GET
    @Operation(
            operationId = "listSettings",
            summary = "Lists the settings of the instance that answers",
            description =
                    "They are changed in the service's ConfigMap, and in effect within seconds of its files' change.")
    @APIResponseSchema(value = Shown[].class, responseCode = "200")
    public List<Shown> list() {
        return settings.states().stream().<Shown>map(Shown::of).toList();
    }
}
