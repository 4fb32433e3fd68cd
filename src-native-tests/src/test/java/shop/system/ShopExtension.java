/* SPDX-License-Identifier: Apache-2.0 */
package shop.system;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands the one {@link Shop} of a run to the tests: started for the first of them, stopped after the last. */
class ShopExtension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Shop.class;
    }

    @Override
    public Shop resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(Namespace.create(ShopExtension.class))
                .computeIfAbsent(Shop.class, type -> new Shop(new LocalKnative("local-knative")), Shop.class);
    }
}
