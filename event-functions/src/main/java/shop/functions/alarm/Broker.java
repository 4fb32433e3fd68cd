/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.alarm;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.rest.client.RestClientBuilder;
import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;
import shop.events.EventTypes;
import shop.functions.Unavailable;

/**
 * The broker's ingress, for events in binary mode (CloudEvents, HTTP Protocol Binding, 3.1). Only {@code POST /alerts} needs it:
 * registered as a client, its configuration would be read at the start of every function.
 */
@Path("")
interface Broker {
    String SETTING = "K_SINK";

    static Broker client() {
        return RestClientBuilder.newBuilder()
                .baseUri(Unavailable.setting(SETTING))
                .connectTimeout(2, TimeUnit.SECONDS)
                .readTimeout(25, TimeUnit.SECONDS) // Alertmanager repeats what was not answered in time.
                .build(Broker.class);
    }

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
