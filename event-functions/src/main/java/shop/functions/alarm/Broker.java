/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import shop.events.EventTypes;

/** The broker's ingress, for events in binary mode (CloudEvents, HTTP Protocol Binding, 3.1). */
@ApplicationScoped
@RegisterRestClient(configKey = "broker")
interface Broker {
    String SETTING = "K_SINK";

    /** @param bearer null where no token is mounted, as the broker asks for none */
    @POST
    @ClientHeaderParam(name = "ce-specversion", value = "1.0")
    @ClientHeaderParam(name = "ce-source", value = EventTypes.RAISE_ALARM)
    @ClientHeaderParam(name = "Content-Type", value = "application/json")
    Response publish(
            @HeaderParam("Authorization") String bearer,
            @HeaderParam("ce-id") UUID id,
            @HeaderParam("ce-type") String type,
            @HeaderParam("ce-dataschema") String dataSchema,
            @HeaderParam("ce-subject") UUID subject,
            @HeaderParam("ce-partitionkey") UUID partitionKey,
            @HeaderParam("ce-time") Instant time,
            Object data);
}
