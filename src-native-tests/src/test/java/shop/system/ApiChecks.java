/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** The scripts of tools/api-checks, with the packages that its lock file pins. Tests are skipped where there is no npm. */
final class ApiChecks {
    static final Path FOLDER = Manifests.ROOT.resolve("tools/api-checks");

    private ApiChecks() {}

    static boolean pass(String script) {
        install();
        return Commands.succeeds(FOLDER, "npm", "run", "--silent", script);
    }

    /** The standard output of a program of the generated clients. */
    static String client(String program, Map<String, String> environment) {
        assertTrue(pass("client"), "the generated clients do not compile");
        ProcessBuilder node = new ProcessBuilder("node", "target/js/client/" + program + ".js")
                .directory(FOLDER.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        node.environment().putAll(environment);
        try {
            Process process = node.start();
            String output = new String(process.getInputStream().readAllBytes());
            assertTrue(process.onExit().join().exitValue() == 0, program + " failed: see above");
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized void install() {
        assumeTrue(
                Stream.of("node", "npm")
                        .allMatch(program -> Commands.find(program).isPresent()),
                "no Node.js on the PATH");
        if (!isInstalled()) {
            assertTrue(Commands.succeeds(FOLDER, "npm", "ci", "--no-progress"), "npm ci in " + FOLDER);
        }
    }

    private static boolean isInstalled() {
        try {
            Path installed = FOLDER.resolve("node_modules/.package-lock.json");
            return Files.exists(installed)
                    && Files.getLastModifiedTime(installed)
                                    .compareTo(Files.getLastModifiedTime(FOLDER.resolve("package-lock.json")))
                            >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
