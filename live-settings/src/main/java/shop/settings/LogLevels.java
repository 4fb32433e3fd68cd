/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jboss.logmanager.LogContext;

/**
 * The log levels of categories, on top of those that the process was started with. Libraries say at DEBUG what must not be in a
 * log (Vert.x' mail client the addressees, for one), so only the shop's own categories can be turned down to it.
 */
final class LogLevels {
    private static final Pattern CATEGORY_AND_LEVEL =
            Pattern.compile("shop(\\.\\w+)*=(DEBUG|INFO|WARN|ERROR)|\\w+(\\.\\w+)*=(INFO|WARN|ERROR)");

    static final Setting<Set<String>> SETTING = new Setting<>(
            "log-levels",
            new Kind.Texts(
                    "CATEGORY=LEVEL, each category once, the level INFO, WARN, ERROR or, of categories from shop on, DEBUG",
                    LogLevels::areAllowed),
            Set.of(),
            "Log levels of categories, such as shop.orders=DEBUG");

    /** What to go back to. It also keeps the loggers, which else could be collected, and forget their level. */
    private final Map<Logger, Level> startedWith = new HashMap<>();

    private Set<String> applied = Set.of();

    private static boolean areAllowed(Set<String> levels) {
        return levels.stream().allMatch(CATEGORY_AND_LEVEL.asMatchPredicate())
                && levels.stream().map(LogLevels::category).distinct().count() == levels.size();
    }

    private static String category(String categoryAndLevel) {
        return categoryAndLevel.split("=")[0];
    }

    void apply(Set<String> levels) {
        if (levels.equals(applied)) {
            return;
        }
        startedWith.forEach(Logger::setLevel);
        levels.forEach(this::apply);
        applied = levels;
    }

    private void apply(String categoryAndLevel) {
        String[] parts = categoryAndLevel.split("=");
        Logger logger = Logger.getLogger(parts[0]);
        startedWith.putIfAbsent(logger, logger.getLevel());
        logger.setLevel(LogContext.getLogContext().getLevelForName(parts[1]));
    }
}
