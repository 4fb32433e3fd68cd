/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

import java.util.List;

/** All settings of an application, which has one bean of this type. Log levels need no declaration. */
public interface DeclaredSettings {
    List<Setting<?>> settings();
}
