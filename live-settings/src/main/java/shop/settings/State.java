/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import java.time.Instant;

/**
 * A setting in this process.
 *
 * @param since when this value took effect here
 * @param written the text of the file, whether or not it could be taken; null without a file
 * @param lastRefused null if none was since the start
 */
public record State<T>(Setting<T> setting, T value, Source source, Instant since, String written, Refused lastRefused) {
    public enum Source {
        DEFAULT,
        FILE
    }

    /** A text that is not allowed. */
    public record Refused(String value, Instant at) {}

    static <T> State<T> initial(Setting<T> setting, Instant at) {
        return new State<>(setting, setting.byDefault(), Source.DEFAULT, at, null, null);
    }

    public String printed() {
        return setting.kind().print(value);
    }

    /** Whether the file holds a text that could not be taken. */
    public boolean refused() {
        return lastRefused != null && lastRefused.value().equals(written);
    }

    /** After the file was changed to this text; null for one that is gone. */
    State<T> with(String text, Instant at) {
        if (text == null) {
            return with(null, setting.byDefault(), Source.DEFAULT, at);
        }
        return setting.kind()
                .parse(text)
                .map(next -> with(text, next, Source.FILE, at))
                .orElseGet(() -> new State<>(setting, value, source, since, text, new Refused(text, at)));
    }

    private State<T> with(String text, T next, Source from, Instant at) {
        return new State<>(setting, next, from, next.equals(value) ? since : at, text, lastRefused);
    }
}
