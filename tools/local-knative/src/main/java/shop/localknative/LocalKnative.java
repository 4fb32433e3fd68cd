/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative;

import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import shop.localknative.console.Console;
import shop.localknative.console.StartException;

/** The command line. */
@Command(
        name = "local-knative",
        description = "Runs Knative manifests on one machine: services as processes, a broker, PostgreSQL, a mailbox.",
        subcommands = {RunCommand.class, TokenCommand.class, FunctionsCommand.class})
public final class LocalKnative {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help")
    private boolean help;

    private LocalKnative() {}

    public static void main(String[] args) {
        Logs.configure();
        int status = new CommandLine(new LocalKnative())
                .setExecutionExceptionHandler(LocalKnative::explain)
                .execute(args);
        Console.flush();
        System.exit(status);
    }

    /**
     * A mistake of the user is told in its own words, as is what the disk refuses; anything else is a fault of this program
     * and shows where.
     */
    private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        Console.flush();
        if (e instanceof StartException) {
            command.getErr().println("error: " + e.getMessage());
        } else if (e instanceof UncheckedIOException) {
            command.getErr().println("error: " + e.getCause());
        } else {
            e.printStackTrace(command.getErr());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }
}
