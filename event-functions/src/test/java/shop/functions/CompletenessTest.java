/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.funqy.Funq;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;
import org.junit.jupiter.api.Test;
import shop.functions.Event.Mode;
import shop.testkit.AccessLog;
import shop.testkit.Completeness;

/** Every function there is has been seen to handle an event, and to refuse one, in both modes. */
class CompletenessTest {
    private static final Path CLASSES = Path.of("target", "classes");

    @Test
    void everyFunctionHasBeenSeenInBothModes() {
        Completeness.allSeen(
                functions()
                        .flatMap(function -> Stream.of(Mode.values())
                                .flatMap(mode -> Stream.of(name(function, mode, 2), name(function, mode, 4)))),
                () -> functions()
                        .flatMap(function -> AccessLog.of(function).stream()
                                .map(answer -> name(function, modeOf(answer), answer.status() / 100))));
    }

    @Test
    void everyFunctionCanBeLogged() {
        assertEquals(
                "none, or a list with commas of " + functions().sorted().collect(joining(", ")),
                FunctionSettings.LOGGED.kind().allowed());
    }

    private static String name(String function, Mode mode, int kind) {
        return "%s %s %dxx".formatted(function, mode, kind);
    }

    private static Mode modeOf(AccessLog.Answer answer) {
        return answer.taken().equals("application/cloudevents+json") ? Mode.STRUCTURED : Mode.BINARY;
    }

    private static Stream<String> functions() {
        return index().getAnnotations(Funq.class).stream()
                .map(annotation -> annotation.target().asMethod().name());
    }

    private static Index index() {
        Indexer indexer = new Indexer();
        try (Stream<Path> files = Files.walk(CLASSES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                try (InputStream content = Files.newInputStream(file)) {
                    indexer.index(content);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return indexer.complete();
    }
}
