/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

/**
 * A call of another party that ends the same way however often it is repeated: the party refuses it, or its answer can't be
 * read. It is answered 400, which sends the event to the dead letter sink at once, where an admin sees why.
 */
public class Refused extends RuntimeException {
    /** @param message without personal data, which a party may quote */
    public Refused(String message, Throwable cause) {
        super(message, cause);
    }
}
