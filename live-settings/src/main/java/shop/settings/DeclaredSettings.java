/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import java.util.List;
import java.util.stream.Stream;

/** The settings of an application, which has one bean of this type. */
public interface DeclaredSettings {
    /** The application's own. */
    List<Setting<?>> settings();

    /** With the log levels, which every application has. */
    default Stream<Setting<?>> all() {
        return Stream.concat(settings().stream(), Stream.of(LogLevels.SETTING));
    }
}
