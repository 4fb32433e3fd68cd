/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One trace from a request through events to whatever they cause. Entry points: {@link shop.tracing.Trace} and {@link
 * shop.tracing.TraceContext}; Vert.x calls the rest. For the services and the functions.
 */
package shop.tracing;
