/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The CloudEvents {@code type}s that a {@code @Funq} method handles. The method takes one {@code CloudEvent}; by the time it
 * runs, the event has been checked, and its data read. See {@link Invocation}.
 */
@InterceptorBinding
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Handles {
    @Nonbinding
    String[] value();
}
