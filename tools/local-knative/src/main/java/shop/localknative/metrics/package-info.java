/**
 * Metrics of processes that come and go: read while they live, kept when they are gone. Entry point: {@link
 * shop.localknative.metrics.ProcessMetrics}. Knows neither services nor brokers.
 */
package shop.localknative.metrics;
