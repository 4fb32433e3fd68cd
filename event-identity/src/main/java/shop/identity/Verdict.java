/* SPDX-License-Identifier: Apache-2.0 */
package shop.identity;

/** The result of checking the sender of an event. */
public sealed interface Verdict {
    /** One of the {@linkplain Trust#senders senders}. */
    record Known() implements Verdict {}

    /** Any other sender, with the reason for the refusal. */
    sealed interface Unknown extends Verdict {
        String why();
    }

    /** Somebody else, or nobody, whom no repetition makes known. Answered 403, and never the people's 401. */
    record Stranger(String why) implements Unknown {}

    /** A sender that a new token, or the issuer's keys, may make known. Answered 503, which a broker repeats. */
    record Unverified(String why) implements Unknown {}
}
