/* SPDX-License-Identifier: Apache-2.0 */
package shop.settings;

/**
 * The declaration of a value that operators change while the process runs. Nothing secret is one: values are logged and shown.
 *
 * @param name the key in the ConfigMap, and so the name of the file
 * @param byDefault the value where the ConfigMap has no such key
 * @param purpose the effect of the value, in words
 */
public record Setting<T>(String name, Kind<T> kind, T byDefault, String purpose) {
    public Setting {
        if (kind.parse(kind.print(byDefault)).isEmpty()) {
            throw new IllegalArgumentException(name + " must by default be " + kind.allowed());
        }
    }
}
