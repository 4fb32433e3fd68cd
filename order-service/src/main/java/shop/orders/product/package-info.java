/**
 * The catalogue and its stock. Entry points: {@link shop.orders.product.ProductResource} for people, {@link
 * shop.orders.product.Products} for the package {@code order}.
 */
package shop.orders.product;
