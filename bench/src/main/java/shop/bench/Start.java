package shop.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One process, from its exec to its end.
 *
 * @param toFirstAnswer from exec to the last byte of the first right answer
 * @param residentAfterFirst bytes
 * @param residentAfterMany bytes, after {@link #MANY} more requests; empty when there were none
 */
record Start(Duration toFirstAnswer, long residentAfterFirst, OptionalLong residentAfterMany) {
    static final int MANY = 10_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static Start of(Subject subject, Subject.Build build, boolean askMany) throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(subject.command(build, port))
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile("bench", ".log").toFile());
        long start = System.nanoTime();
        Process process = builder.start();
        try {
            askUntilAnswered(subject, port, process, start);
            Duration toFirstAnswer = Duration.ofNanos(System.nanoTime() - start);
            long afterFirst = resident(process);
            if (!askMany) {
                return new Start(toFirstAnswer, afterFirst, OptionalLong.empty());
            }
            subject.question().ask(port, MANY, subject.answer());
            return new Start(toFirstAnswer, afterFirst, OptionalLong.of(resident(process)));
        } finally {
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
            process.destroyForcibly();
        }
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

    private static long resident(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
