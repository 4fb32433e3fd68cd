/**
 * Knative Serving: services by name. Entry point: {@link shop.localknative.serving.Serving}. Puts together {@code scaling},
 * {@code revisions} and {@code requests}, which do not know this package.
 */
package shop.localknative.serving;
