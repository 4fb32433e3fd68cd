/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Eventing in a process of its own, to be killed. */
final class BrokerProcess implements AutoCloseable {

    private final Process process;
    final String url;

    BrokerProcess(Database db, String... manifests) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                db.url));
        command.addAll(Arrays.asList(manifests));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        url = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    @Override
    public void close() {
        kill();
    }

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] args) {
        TestEventing eventing = new TestEventing(Database.pool(args[0]), Arrays.copyOfRange(args, 1, args.length));
        System.out.println(eventing.url("default"));
    }
}
