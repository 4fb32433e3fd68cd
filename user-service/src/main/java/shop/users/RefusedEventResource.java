/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import shop.kit.events.RefusedEventApi;
import shop.kit.events.RefusedEvents;

/** This service's events that the broker refused. */
@Path("/refused-events")
@RunOnVirtualThread
@Tag(name = "Refused events", description = "Events that the broker will never take as they are. For admins only.")
public class RefusedEventResource extends RefusedEventApi {
    RefusedEventResource(RefusedEvents events) {
        super(events);
    }
}
