/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import java.time.Duration;
import java.util.Optional;

/** Ends a request with a {@link Problem}. */
public class ProblemException extends RuntimeException {
    private final transient Problem problem;

    private final Duration retryAfter;

    ProblemException(Problem problem) {
        this(problem, null);
    }

    ProblemException(Problem problem, Duration retryAfter) {
        super(problem.title() + ": " + problem.detail());
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    public Problem problem() {
        return problem;
    }

    /** The time after which trying again makes sense; empty where that is not known. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
