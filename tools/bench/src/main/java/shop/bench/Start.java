/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shop.testkit.Ports;

/**
 * One process, from its exec to its end.
 *
 * @param toFirstAnswer from exec to the last byte of the first right answer
 * @param afterFirst what it takes after that
 * @param afterMany what it takes after {@link #MANY} more requests; empty when there were none
 */
record Start(Duration toFirstAnswer, Memory afterFirst, Optional<Memory> afterMany) {
    static final int MANY = 10_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Bytes, as the kernel counts them.
     *
     * @param resident all pages of the process that are in memory
     * @param own those of them that it shares with no file: what another instance of the same executable takes more
     */
    record Memory(long resident, long own) {
        private static Memory of(Process process) throws IOException {
            String rollup = Files.readString(Path.of("/proc/" + process.pid() + "/smaps_rollup"));
            return new Memory(bytes("Rss", rollup), bytes("Anonymous", rollup));
        }

        private static long bytes(String name, String rollup) throws IOException {
            Matcher line = Pattern.compile("^" + name + ":\\s+(\\d+) kB", Pattern.MULTILINE)
                    .matcher(rollup);
            if (!line.find()) {
                throw new IOException("smaps_rollup has no " + name);
            }
            return Long.parseLong(line.group(1)) << 10;
        }
    }

    static Start of(Subject subject, Subject.Build build, boolean askMany) throws IOException, InterruptedException {
        int port = Ports.free();
        Path output = Files.createTempFile("bench", ".log");
        ProcessBuilder builder = new ProcessBuilder(subject.command(build, port))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        long start = System.nanoTime();
        Process process = builder.start();
        try {
            askUntilAnswered(subject, port, process, start);
            Duration toFirstAnswer = Duration.ofNanos(System.nanoTime() - start);
            Memory afterFirst = Memory.of(process);
            if (!askMany) {
                return new Start(toFirstAnswer, afterFirst, Optional.empty());
            }
            subject.question().ask(port, MANY, subject.answer());
            return new Start(toFirstAnswer, afterFirst, Optional.of(Memory.of(process)));
        } finally {
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    double milliseconds() {
        return toFirstAnswer.toNanos() / 1e6;
    }

    private static void askUntilAnswered(Subject subject, int port, Process process, long start) throws IOException {
        while (true) {
            try {
                subject.question().ask(port, 1, subject.answer());
                return;
            } catch (ConnectException e) {
                if (!process.isAlive() || System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new IOException(
                            subject.module() + " does not start: "
                                    + String.join(
                                            " ", process.info().commandLine().orElse("it ended")),
                            e);
                }
                LockSupport.parkNanos(100_000);
            }
        }
    }
}
