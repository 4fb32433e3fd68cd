/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

/** Ends a request with a {@link Problem}. */
public class ProblemException extends RuntimeException {
    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.title() + ": " + problem.detail());
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
