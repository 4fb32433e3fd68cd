/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shop.events.Money;
import shop.kit.http.ETags;
import shop.kit.http.Preconditions;
import shop.kit.sql.Database;
import shop.kit.sql.Sql;

/** The catalogue and its stock. */
@ApplicationScoped
public class Products {
    private static final String SELECT = "select sku, name, price, currency, stock from products ";
    private static final String FIND = SELECT + "where sku = $1";
    private static final String LIST = SELECT + "where $1::text is null or sku > $1 order by sku limit $2";
    private static final String LOCK = SELECT + "where sku = any($1) order by sku for no key update";

    private static final String INSERT = """
            insert into products (sku, name, price, currency) values ($1, $2, $3, $4) on conflict do nothing
            returning sku, name, price, currency, stock""";

    private static final String UPDATE = """
            update products set name = $2, price = $3, currency = $4 where sku = $1
            returning sku, name, price, currency, stock""";

    private static final String ADD = """
            update products set stock = products.stock + change.quantity
            from unnest($1::text[], $2::bigint[]) as change (sku, quantity) where products.sku = change.sku""";

    private final Database database;
    private final ETags etags;

    Products(Database database, ETags etags) {
        this.database = database;
        this.etags = etags;
    }

    record Saved(Product product, boolean created) {}

    Optional<Product> find(String sku) {
        return database.withConnection(sql -> sql.first(FIND, Tuple.of(sku), Products::product));
    }

    List<Product> list(String after, int limit) {
        return database.withConnection(sql -> sql.list(LIST, Tuple.of(after, limit), Products::product));
    }

    /**
     * Adds a product, without stock, or changes its name and price. Orders that were placed keep their price. Throws a 412 problem
     * when the preconditions are not met.
     */
    Saved save(String sku, String name, Money price, Preconditions preconditions) {
        Tuple values = Tuple.of(sku, name, price.amount(), price.currency());
        return database.inTransaction(transaction -> {
            Optional<Product> added = transaction.first(INSERT, values, Products::product);
            if (added.isPresent()) {
                preconditions.require(null);
                return new Saved(added.get(), true);
            }
            Product before = lock(transaction, List.of(sku)).getFirst();
            preconditions.require(etags.ofContent(before));
            return new Saved(
                    transaction.first(UPDATE, values, Products::product).orElseThrow(), false);
        });
    }

    /**
     * The products of these skus that exist, locked until {@code transaction} ends. They are locked in the order of their
     * sku: so transactions that lock all they need by one call never wait for each other in a circle.
     */
    public List<Product> lock(Sql transaction, Collection<String> skus) {
        return transaction.list(LOCK, Tuple.of(skus.toArray(String[]::new)), Products::product);
    }

    /** Changes the stock of products that {@code transaction} has locked. The database refuses to go below zero. */
    public void addStock(Sql transaction, Map<String, Long> quantities) {
        transaction.update(
                ADD,
                Tuple.of(
                        quantities.keySet().toArray(String[]::new),
                        quantities.values().toArray(Long[]::new)));
    }

    private static Product product(Row row) {
        return new Product(
                row.getString("sku"),
                row.getString("name"),
                new Money(row.getLong("price"), row.getString("currency")),
                row.getLong("stock"));
    }
}
