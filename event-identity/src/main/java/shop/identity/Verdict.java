package shop.identity;

/** What is to be said of who sent an event. */
public sealed interface Verdict {
    /** One of the {@linkplain Trust#senders senders}. */
    record Known() implements Verdict {}

    /** Any other, who is to be told why. */
    sealed interface Unknown extends Verdict {
        String why();
    }

    /** Somebody else, or nobody: asking again would not make it better. 403, and never the people's 401. */
    record Stranger(String why) implements Unknown {}

    /** A new token, or the issuer's keys, may mend it: 503, which a broker repeats. */
    record Unverified(String why) implements Unknown {}
}
