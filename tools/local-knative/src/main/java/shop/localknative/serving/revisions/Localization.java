/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import shop.localknative.network.Addresses;
import shop.localknative.workload.Environment;

/**
 * The translation of what is written for a container into what a process finds that shares its machine with others.
 *
 * @param namespace of the workload, where a host name of one part is looked up
 * @param ports what stands for each port
 * @param paths the real path of a mounted one
 */
record Localization(Addresses addresses, String namespace, Map<Integer, Integer> ports, UnaryOperator<String> paths) {
    private static final Pattern OPTION = Pattern.compile("(-{1,2}[-.\\w]+=)(.*)", Pattern.DOTALL);

    /** A URL of the cluster leads to a listener, a port is a free one, a mounted path a real one; else as it is. */
    String value(String text) {
        for (var port : ports.entrySet()) {
            if (text.equals(port.getKey().toString())) {
                return port.getValue().toString();
            }
        }
        return paths.apply(addresses.translate(text, namespace));
    }

    /** The arguments of a container, {@code $(NAME)} expanded as the kubelet does; also the value of {@code --name=value}. */
    List<String> arguments(List<String> arguments, Map<String, String> environment) {
        var expansion = Environment.expansion(environment);
        return arguments.stream()
                .map(argument -> {
                    var option = OPTION.matcher(argument);
                    return option.matches() ? option.group(1) + value(option.group(2)) : value(argument);
                })
                .map(expansion)
                .map(text -> addresses.translate(text, namespace))
                .toList();
    }
}
