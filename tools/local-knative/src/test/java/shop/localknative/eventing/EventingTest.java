/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The surroundings of every test of a broker: an empty database, who is sent to, and who gets what nobody takes. */
abstract class EventingTest {
    Database db;
    Subscriber subscriber;
    Subscriber deadLetters;

    @BeforeEach
    final void open() throws SQLException {
        db = new Database();
        subscriber = new Subscriber();
        deadLetters = new Subscriber();
    }

    /** After those of the test itself: the broker ends first. */
    @AfterEach
    final void close() {
        subscriber.close();
        deadLetters.close();
        db.close();
    }
}
