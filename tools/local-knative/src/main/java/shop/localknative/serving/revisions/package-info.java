/**
 * Revisions and the processes that are their instances: images, probes, restarts. Entry point: {@link
 * shop.localknative.serving.revisions.Instances}. For {@code requests} and {@code serving}.
 */
package shop.localknative.serving.revisions;
