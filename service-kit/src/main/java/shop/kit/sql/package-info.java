/**
 * The database: connections, transactions, statements. Entry points: {@link shop.kit.sql.Database} and {@link
 * shop.kit.sql.Sql}. For the classes that hold SQL, in the kit and in the services; it uses no other package of the kit.
 */
package shop.kit.sql;
