/**
 * REST by the same rules everywhere: problems, idempotency keys, entity tags, pages, limits. Entry points: {@link
 * shop.kit.http.Problem} and {@link shop.kit.http.IdempotencyKeys}; parameters, bodies and exceptions are handled without a
 * call. For resources, and for domain classes that refuse a request.
 */
package shop.kit.http;
