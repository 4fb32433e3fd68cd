/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs that a test runs to their end. */
final class Commands {
    private Commands() {}

    /** Of the PATH. */
    static Optional<Path> find(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Output goes to that of the test. False where there is no such program, too. */
    static boolean succeeds(Path directory, String... command) {
        try {
            return new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                            .start()
                            .onExit()
                            .join()
                            .exitValue()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The output for this input. */
    static String output(byte[] input, String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            try (var in = process.getOutputStream()) {
                in.write(input);
            }
            return new String(process.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
