/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents for those who write clients and receivers, in the eyes of the tools that these use (tools/api-checks). */
class ApiDocumentsTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final Path ASYNC_API = Path.of("service-kit/src/main/resources/META-INF/resources/asyncapi.json");

    @ParameterizedTest
    @ValueSource(strings = {"openapi", "asyncapi", "client"})
    void theToolsFindNoFault(String check) {
        assertTrue(ApiChecks.pass(check), "npm run " + check + " in " + ApiChecks.FOLDER + " fails: see above");
    }

    @Test
    void asyncApiIsThatOfTheContractsAndTheManifests() throws IOException {
        String generated = JSON.writeValueAsString(new AsyncApi(Manifests.of("k8s/base")).document()) + "\n";
        Path copy = Files.writeString(Manifests.ROOT.resolve("src-native-tests/target/asyncapi.json"), generated);
        Path published = Manifests.ROOT.resolve(ASYNC_API);
        assertEquals(
                generated,
                Files.exists(published) ? Files.readString(published) : "",
                "cp " + Manifests.ROOT.relativize(copy) + " " + ASYNC_API);
    }
}
