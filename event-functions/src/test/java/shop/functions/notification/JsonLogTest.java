/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shop.events.EventTypes;
import shop.functions.Event;
import shop.functions.Event.Mode;
import shop.functions.Exported;
import shop.functions.Party.Answer;

/** Logs as those of a cluster, where the console's are in JSON; here the file's, since a test can read it. */
@QuarkusTest
@TestProfile(JsonLogTest.InJson.class)
class JsonLogTest extends Mailing {
    public static class InJson extends Exported.NotifyCustomer {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("quarkus.log.file.json.enabled", "true");
            return settings;
        }
    }

    @Test
    void idsAreFieldsOfEveryLineOfAnInvocation() {
        outside.userService.answers(Answer.json(404, "{}"));
        String trace = UUID.randomUUID().toString().replace("-", "");
        Event event = event(EventTypes.ORDER_SHIPPED).with("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
        event.deliver(Mode.BINARY).then().statusCode(204);

        List<JsonPath> lines = outside.log()
                .lines()
                .filter(line -> line.contains(event.id()))
                .map(JsonPath::from)
                .toList();
        for (String said : List.of("is gone", "outcome=done")) {
            assertTrue(lines.stream().anyMatch(line -> line.getString("message").contains(said)), said);
        }
        lines.forEach(line -> assertEquals(
                Map.of("trace", trace, "event", event.id(), "order", order.toString(), "user", user.toString()),
                line.getMap("mdc")));
    }
}
