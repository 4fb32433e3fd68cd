package shop.localknative;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.builder.RequestSpecBuilder;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
    @TempDir
    static Path directory;

    static Cluster cluster;
    static int port;

    @BeforeAll
    static void start() throws Exception {
        cluster = new Cluster(TestSystem.options(directory));
        port = cluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void firstRequestStartsTheProcess() {
        to("echo.demo.localhost").get("/a/path?q=1").then().statusCode(200).body("path", equalTo("/a/path?q=1"));
    }

    @Test
    void aProcessThatEndsIsA503ThatShowsItsLog() {
        to("broken.demo.localhost").get("/").then().statusCode(503).body("detail", containsString("out of ideas"));
    }

    private static RequestSpecification to(String host) {
        return given(new RequestSpecBuilder()
                .setBaseUri("http://127.0.0.1")
                .setPort(port)
                .addHeader("Host", host)
                .build());
    }
}
