/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescribedTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            insert into outbox (partitionkey, data) values ($1, $2) returning position | insert outbox
            UPDATE orders set status = $1 where id = any(select id from due) | update orders
            delete from dead_letters where id in (select id from dead_letters) | delete dead_letters
            select id, coalesce(max(a), (select 1)) from orders where id = $1 | select orders
            with due as (select position from outbox for update skip locked) update outbox set a = 1 from due | update outbox
            with one as (insert into orders (id) values ($1)) insert into order_lines (id) values ($1) | insert orders
            select id from users for no key update | select users
            select 1 | select
            begin | begin
            """)
    void statementsAreNamedByVerbAndTable(String statement, String name) {
        assertEquals(name, Described.nameOf(statement));
    }
}
