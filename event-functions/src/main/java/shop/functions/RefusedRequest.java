/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

/** A request, other than of an event, that is not read: of a stranger, or in another way than it has to be. */
public class RefusedRequest extends RuntimeException {
    private final int status;

    /**
     * @param status of HTTP
     * @param message how it has to be
     */
    public RefusedRequest(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
