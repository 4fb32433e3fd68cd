/* SPDX-License-Identifier: Apache-2.0 */
package shop.kit.sql;

import io.netty.channel.ChannelHandlerContext;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import java.time.Duration;

/** Waits for the answers of a connection, until none is to be expected any more: then it is cut. */
class Answers {
    private final SqlConnection connection;
    private final Duration limit;
    private boolean cut;

    Answers(SqlConnection connection, Duration limit) {
        this.connection = connection;
        this.limit = limit;
    }

    SqlConnection connection() {
        return connection;
    }

    <T> T await(Uni<T> answer) {
        if (cut) {
            throw new DatabaseUnavailable("the connection is cut");
        }
        try {
            return answer.await().atMost(limit);
        } catch (TimeoutException e) {
            cut();
            throw new DatabaseUnavailable("no answer within " + limit);
        } catch (RuntimeException e) {
            if (DatabaseUnavailable.endsConnection(e)) {
                cut();
            }
            throw DatabaseUnavailable.passes(e) ? new DatabaseUnavailable(e) : e;
        }
    }

    /** As {@link #await}, on the way out of a failure. */
    void tryTo(Uni<Void> end, Throwable failure) {
        try {
            if (!cut) {
                await(end);
            }
        } catch (RuntimeException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    /**
     * Closes the socket: then the pool forgets the connection. The client has no public way to that. Its {@code close()} gives
     * back to the pool, and any other waits for the server's answer to a farewell (PgEncoder.close). On a connection that is
     * gone it never answers a rollback.
     */
    private void cut() {
        cut = true;
        if (((SqlConnectionInternal) connection.getDelegate()).unwrap().unwrap()
                instanceof SocketConnectionBase physical) {
            ChannelHandlerContext first =
                    physical.socket().channelHandlerContext().pipeline().firstContext();
            if (first != null) { // null once it is closed
                first.close();
            }
        }
    }
}
