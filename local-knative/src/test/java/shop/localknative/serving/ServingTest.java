package shop.localknative.serving;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;
import shop.localknative.StartException;

class ServingTest {
    @Test
    void portThatDoesNotExistIsExplained() {
        var vertx = Vertx.vertx();
        try {
            var e = assertThrows(StartException.class, () -> Serving.listen(vertx, 70_000, request -> {}));
            assertTrue(e.getMessage().contains("--port 70000"), e.getMessage());
        } finally {
            vertx.close();
        }
    }
}
