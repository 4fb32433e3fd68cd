/**
 * Requests on their way to an instance: which revision, and the wait for it. Entry point: {@link
 * shop.localknative.serving.requests.Activator}. For {@code serving} only.
 */
package shop.localknative.serving.requests;
