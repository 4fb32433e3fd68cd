/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The requests and answers of the applications that this JVM tests, by their own logs. */
public final class AccessLog {
    /** A property, since the test framework loads this class more than once. */
    private static final String DIRECTORY = "shop.access-logs";

    private static final String NONE = "-";

    /**
     * A request and its answer. Media types are without parameters, and empty if there was no body.
     *
     * @param taken the media type of the request
     * @param given the media type of the answer
     */
    public record Answer(String method, String path, String taken, int status, String given) {
        private static Answer of(String line) {
            String[] columns = line.split("\t");
            return new Answer(
                    columns[0], columns[1], mediaType(columns[2]), Integer.parseInt(columns[3]), mediaType(columns[4]));
        }

        private static String mediaType(String header) {
            return header.equals(NONE) ? "" : header.split(";", -1)[0].strip();
        }
    }

    private AccessLog() {}

    /** Makes an application write it. Those of the same name write on in the same log. */
    public static Map<String, String> settings(String application) {
        return Map.of(
                "quarkus.http.access-log.enabled", "true",
                "quarkus.http.access-log.pattern", "%m\t%R\t%{i,Content-Type}\t%s\t%{o,Content-Type}",
                "quarkus.http.access-log.log-to-file", "true",
                "quarkus.http.access-log.log-directory", directory().toString(),
                "quarkus.http.access-log.base-file-name", application,
                "quarkus.http.access-log.rotate", "false");
    }

    /** All answers so far. The latest are written a moment after they were given. */
    public static List<Answer> of(String application) {
        Path log = directory().resolve(application + ".log");
        if (!Files.exists(log)) {
            return List.of();
        }
        try {
            String text = Files.readString(log);
            int written = text.lastIndexOf('\n') + 1; // what follows is half a line
            return text.substring(0, written).lines().map(Answer::of).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized Path directory() {
        if (System.getProperty(DIRECTORY) == null) {
            try {
                System.setProperty(
                        DIRECTORY,
                        Files.createTempDirectory(Path.of("target"), "access-logs")
                                .toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Path.of(System.getProperty(DIRECTORY));
    }
}
