/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

/**
 * A failed invocation, as the broker is to see it.
 *
 * @param status the HTTP status: Knative repeats a delivery after 5xx, and gives up at once after 400
 * @param outcome one word for logs and metrics
 * @param detail the fault and its place; without personal data, since it is logged and kept with dead letters
 */
record Fault(int status, String outcome, String detail) {
    static Fault of(Throwable failure) {
        return switch (failure) {
            case InvalidEvent e -> new Fault(400, "invalid", e.getMessage());
            case Refused e -> new Fault(400, "refused", e.getMessage());
            case Unavailable e -> new Fault(503, "unavailable", e.getMessage());
            default -> new Fault(500, "failed", "the function failed, its log says why");
        };
    }
}
