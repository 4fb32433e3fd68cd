/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.http;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.regex.Pattern;

/**
 * A line of text, with something to be seen in it, of at most {@code max} characters. They are counted as code points, as by
 * the {@code maxLength} of JSON Schema, and after normalization, since {@linkplain shop.text.Text#plain all text} is read so.
 */
@Constraint(validatedBy = Line.Length.class)
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
public @interface Line {
    int max();

    String message() default "must not be blank";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    class Length implements ConstraintValidator<Line, String> {
        private static final Pattern VISIBLE = Pattern.compile("[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Co}]");

        private int max;

        @Override
        public void initialize(Line line) {
            max = line.max();
        }

        @Override
        public boolean isValid(String text, ConstraintValidatorContext context) {
            if (text == null || !VISIBLE.matcher(text).find()) {
                return false;
            }
            if (text.codePointCount(0, text.length()) <= max) {
                return true;
            }
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate("must be at most " + max + " characters long")
                    .addConstraintViolation();
            return false;
        }
    }
}
