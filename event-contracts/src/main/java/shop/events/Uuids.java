/* SPDX-License-Identifier: Apache-2.0 */
package shop.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** The two kinds of UUID that the shop uses (RFC 9562): time-ordered for what is new, name-based for what is derived. */
public final class Uuids {
    private static final UUID NAMESPACE = UUID.fromString("6f1b4a2e-6d0c-5b63-9a57-0d6a3f6b7c11");

    private Uuids() {}

    /** A new UUIDv7, which sorts by the millisecond of its making. */
    public static UUID timeOrdered() {
        UUID random = UUID.randomUUID();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.getMostSignificantBits() & 0x0FFF;
        return new UUID(high, random.getLeastSignificantBits());
    }

    /** The UUIDv5 of these names in this order: the same names give the same UUID everywhere, others another. */
    public static UUID nameBased(String... names) {
        MessageDigest sha1 = sha1();
        sha1.update(bytes(NAMESPACE));
        for (String name : names) {
            byte[] utf8 = name.getBytes(UTF_8);
            sha1.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
            sha1.update(utf8);
        }
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest());
        return new UUID(
                hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x5000L,
                hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
    }

    /** The id of the event that {@code function} answers to the event ({@code source}, {@code id}): the same at each redelivery. */
    public static UUID replyId(String function, String source, String id) {
        return nameBased(function, source, id);
    }

    private static byte[] bytes(UUID uuid) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
