/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import shop.text.Text;
import shop.text.TextReader;

/** An amount that is missing is an error, not 0; and so is text that could not be passed on as it is. */
@Singleton
class JsonRules implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper mapper) {
        mapper.registerModule(TextReader.module(Text::unicode));
        mapper.enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    }
}
