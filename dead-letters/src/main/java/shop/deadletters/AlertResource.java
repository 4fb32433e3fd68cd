/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Alertmanager's webhook. It is no Trigger and no admin, so it shows a secret of its own. */
@Path("/alerts")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Alerts", description = "For Alertmanager, within the cluster.")
public class AlertResource {
    private final Alerts alerts;

    AlertResource(Alerts alerts) {
        this.alerts = alerts;
    }

    @POST
    @AlertToken.Required
    @Operation(
            operationId = "tellAlerts",
            summary = "Makes an event of each alert that has changed",
            description =
                    "What was told last of it, by whichever Alertmanager, is told again from time to time, and changes nothing.")
    @RequestBody(description = "As Alertmanager's webhook posts it, version 4")
    @APIResponse(responseCode = "204", description = "The events are kept until the broker takes them")
    @APIResponse(responseCode = "400", description = "This is no such notification (invalid-request)")
    @APIResponse(responseCode = "401", description = "The token is not that of the Secret alerts (unauthenticated)")
    @APIResponse(
            responseCode = "503",
            description = "It can't be kept now (database-unavailable), or the Secret can't be read (no-alerts-token)")
    public void tell(@NotNull @Valid Notification notification) {
        notification.alerts().forEach(alerts::tell);
    }
}
