/**
 * Traces of the whole system: spans of processes in any language, received as OTLP, and those of local-knative itself. Entry
 * points: {@link shop.localknative.tracing.Traces} and {@link shop.localknative.tracing.Spans}. Knows neither services nor
 * brokers.
 */
package shop.localknative.tracing;
