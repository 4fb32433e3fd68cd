/**
 * Decisions of the autoscaler: how many instances a revision needs. Entry point: {@link
 * shop.localknative.serving.scaling.Autoscaler}. Only calculates; for {@code revisions}.
 */
package shop.localknative.serving.scaling;
