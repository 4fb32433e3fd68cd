/**
 * Kubernetes manifests, read as strictly as an API server and checked for what runs here. Entry point: {@link
 * shop.localknative.manifests.ManifestReader}. Uses {@code console} only.
 */
package shop.localknative.manifests;
