/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

/** An event that no repetition mends. It is answered 400, which sends it to the dead letter sink at once. */
public class InvalidEvent extends RuntimeException {
    public InvalidEvent(String where, String what) {
        super(where + ": " + what);
    }

    /** The value of a required member of the event's data. */
    public static <T> T required(String member, T value) {
        if (value == null) {
            throw new InvalidEvent("data." + member, "is missing");
        }
        return value;
    }
}
