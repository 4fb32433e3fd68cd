/* SPDX-License-Identifier: Apache-2.0 */
package shop.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UuidsTest {
    @Test
    void timeOrderedUuidsAreVersion7AndCarryTheirMillisecond() {
        long before = Instant.now().toEpochMilli();
        UUID uuid = Uuids.timeOrdered();
        long made = uuid.getMostSignificantBits() >>> 16;
        assertEquals(7, uuid.version());
        assertEquals(2, uuid.variant());
        assertTrue(before <= made && made <= Instant.now().toEpochMilli());
    }

    @Test
    void nameBasedUuidsAreVersion5AndTheSameForTheSameNames() {
        UUID uuid = Uuids.nameBased("authorizePayment", "/shop/order-service", "1");
        assertEquals(5, uuid.version());
        assertEquals(2, uuid.variant());
        assertEquals(uuid, Uuids.replyId("authorizePayment", "/shop/order-service", "1"));
    }

    @Test
    void namesThatOnlyTogetherReadTheSameGiveOtherUuids() {
        assertNotEquals(Uuids.nameBased("ab", "c"), Uuids.nameBased("a", "bc"));
    }
}
