/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import jakarta.validation.Constraint;
import jakarta.validation.OverridesAttribute;
import jakarta.validation.Payload;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** One line of text, not blank, of at most {@code max} characters. */
@NotBlank
@Size
@Pattern(regexp = Line.TEXT, message = Line.CONTROLS)
@Constraint(validatedBy = {})
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@interface Line {
    /** Control characters would end up in the headers of e-mails, and PostgreSQL takes no NUL. */
    String TEXT = "\\P{Cc}*";

    String CONTROLS = "must not contain control characters";

    @OverridesAttribute(constraint = Size.class, name = "max")
    int max();

    String message() default "must be one line of text";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
