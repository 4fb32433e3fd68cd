/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.fabric8.knative.eventing.v1.Trigger;
import java.net.URI;
import java.time.OffsetDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {

    /** Has no dataschema, no datacontenttype and no extension named absent. */
    private static final CloudEvent EVENT = CloudEventBuilder.v1()
            .withId("id-1")
            .withSource(URI.create("/orders"))
            .withType("shop.order.placed.v1")
            .withSubject("order-7")
            .withTime(OffsetDateTime.parse("2026-01-02T03:04:00Z"))
            .withExtension("partitionkey", "order-7")
            .withExtension("weight", 5)
            .build();

    private static Filter filter(String spec) {
        var manifests = TestEventing.read(
                TestEventing.BROKER, TestEventing.trigger("t", "subscriber: {uri: 'http://127.0.0.1:1/'}, " + spec));
        var trigger = manifests.of(Trigger.class).getFirst();
        return Filter.of(trigger, ((Trigger) trigger.resource()).getSpec());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filters: []",
                "filter: {}",
                "filter: {attributes: {}}",
                "filter: {attributes: {type: shop.order.placed.v1}}",
                "filter: {attributes: {type: shop.order.placed.v1, source: /orders, id: id-1, subject: order-7}}",
                "filter: {attributes: {type: ''}}",
                "filter: {attributes: {partitionkey: ''}}",
                "filter: {attributes: {time: '2026-01-02T03:04:00Z', specversion: '1.0', weight: '5'}}",
                "filters: [{exact: {type: shop.order.placed.v1}}]",
                "filters: [{exact: {type: shop.order.placed.v1, subject: order-7}}]",
                "filters: [{exact: {weight: '5'}}]",
                "filters: [{prefix: {type: shop.order.}}, {suffix: {type: .v1}}]",
                "filters: [{prefix: {time: '2026-01-'}}]",
                "filters: [{suffix: {partitionkey: '-7'}}]",
                "filters: [{any: [{exact: {type: other}}, {exact: {id: id-1}}]}]",
                "filters: [{all: [{prefix: {type: shop.}}, {not: {exact: {subject: order-8}}}]}]",
                "filters: [{not: {exact: {absent: x}}}]",
                "filters: [{not: {prefix: {absent: x}}}]",
                "filters: [{not: {any: [{exact: {id: a}}, {exact: {id: b}}]}}]",
                "filters: [{cesql: \"type = 'shop.order.placed.v1'\"}]",
                "filters: [{cesql: \"type LIKE 'shop.%.v_' AND NOT (subject = 'order-8')\"}]",
                "filters: [{cesql: \"source IN ('/orders', '/users') OR EXISTS absent\"}]",
                "filters: [{cesql: 'weight * 2 > 9'}]",
                "filters: [{cesql: 'NOT EXISTS absent'}]",
                "filters: [{cesql: \"UPPER(LEFT(type, 4)) = 'SHOP' AND LENGTH(id) = 4\"}]",
                "filters: [{not: {cesql: 'absent = 1'}}]",
                "filters: [{any: [{cesql: 'FALSE'}, {cesql: 'TRUE'}]}]",
                "filter: {attributes: {type: other}}, filters: [{exact: {id: id-1}}]",
                "filter: {attributes: {id: id-1}}, filters: []",
                "filter: {attributes: {id: id-1}}, filters: null",
            })
    void matches(String spec) {
        assertTrue(filter(spec).test(EVENT));
    }

    /** pkg/eventfilter/attributes/filter.go, LookupAttribute: names of earlier versions, and Go's time where there is none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter: {attributes: {time: ''}}",
                "filters: [{exact: {time: '0001-01-01T00:00:00Z'}}]",
                "filters: [{exact: {schemaurl: 'http://x/y'}}]",
                "filters: [{exact: {datamediatype: 'text/plain'}}]",
                "filters: [{exact: {datacontenttype: 'text/plain; charset=utf-8'}}]",
                "filters: [{not: {prefix: {subject: x}}}, {not: {suffix: {datacontentencoding: x}}}]",
            })
    void attributesAreLookedUpAsKnativeDoes(String spec) {
        assertTrue(filter(spec)
                .test(CloudEventBuilder.v1()
                        .withId("1")
                        .withSource(URI.create("/s"))
                        .withType("t")
                        .withDataSchema(URI.create("http://x/y"))
                        .withDataContentType("text/plain; charset=utf-8")
                        .build()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter: {attributes: {type: shop.order.placed}}",
                "filter: {attributes: {type: shop.order.placed.v1, source: /users}}",
                "filter: {attributes: {absent: ''}}",
                "filter: {attributes: {dataschema: ''}}",
                "filter: {attributes: {datamediatype: ''}}",
                "filter: {attributes: {absent: x}}",
                "filter: {attributes: {dataschema: x}}",
                "filters: [{exact: {type: Shop.order.placed.v1}}]",
                "filters: [{exact: {type: shop.order.placed.v1, subject: order-8}}]",
                "filters: [{exact: {absent: x}}]",
                "filters: [{prefix: {type: order}}]",
                "filters: [{prefix: {absent: x}}]",
                "filters: [{suffix: {type: v2}}]",
                "filters: [{suffix: {absent: x}}]",
                "filters: [{prefix: {type: shop.}}, {exact: {id: other}}]",
                "filters: [{any: [{exact: {type: other}}, {exact: {id: other}}]}]",
                "filters: [{all: [{exact: {id: id-1}}, {exact: {id: other}}]}]",
                "filters: [{not: {exact: {id: id-1}}}]",
                "filters: [{not: {not: {exact: {id: other}}}}]",
                "filters: [{cesql: \"type = 'other'\"}]",
                "filters: [{cesql: 'absent = 1'}]",
                "filters: [{cesql: 'absent != 1'}]",
                "filters: [{cesql: 'INT(type) = 1'}]",
                "filters: [{cesql: '10 / (weight - 5) > 0'}]",
                "filters: [{cesql: 'weight'}]",
                "filters: [{cesql: 'UNKNOWN(type)'}]",
                "filters: [{cesql: 'dataschema = 1'}]",
                "filter: {attributes: {id: id-1}}, filters: [{exact: {id: other}}]",
            })
    void doesNotMatch(String spec) {
        assertFalse(filter(spec).test(EVENT));
    }
}
