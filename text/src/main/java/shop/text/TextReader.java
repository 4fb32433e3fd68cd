/* SPDX-License-Identifier: Apache-2.0 */
package shop.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * Reads the text of every record from JSON by one rule. JSON that is read into no record, such as the jsonb that a service
 * wrote itself, stays as it is.
 */
public final class TextReader extends StringDeserializer implements ContextualDeserializer {
    private final transient UnaryOperator<String> rule;
    private final transient UnaryOperator<String> ruleOfMembers;

    private TextReader(UnaryOperator<String> rule, UnaryOperator<String> ruleOfMembers) {
        this.rule = rule;
        this.ruleOfMembers = ruleOfMembers;
    }

    /** @param rule gives the text to be kept, or throws an {@link IllegalArgumentException} that says what it must be */
    public static SimpleModule module(UnaryOperator<String> rule) {
        return new SimpleModule().addDeserializer(String.class, new TextReader(UnaryOperator.identity(), rule));
    }

    /** Text that can't be taken; the message says what it must be. */
    public static final class Refused extends MismatchedInputException {
        private Refused(JsonParser parser, String message) {
            super(parser, message, String.class);
        }
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
        return property == null ? this : new TextReader(ruleOfMembers, ruleOfMembers);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        String text = super.deserialize(parser, context);
        try {
            return text == null ? null : rule.apply(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(parser, e.getMessage());
        }
    }
}
