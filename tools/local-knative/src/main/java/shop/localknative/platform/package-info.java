/**
 * The services that applications find beside Knative, and the files and processes of one system. Entry point: {@link
 * shop.localknative.platform.Platform}. Knows no manifests.
 */
package shop.localknative.platform;
