/* SPDX-License-Identifier: Apache-2.0 */
package shop.bench;

import io.vertx.core.Vertx;

/** The least that answers HTTP on Vert.x, which Quarkus stands on: what an executable can't do with less than. */
public final class Hello {
    private Hello() {}

    public static void main(String[] args) {
        Vertx.vertx()
                .createHttpServer()
                .requestHandler(request -> request.response().end("hello"))
                .listen(Integer.getInteger("port"), "127.0.0.1");
    }
}
