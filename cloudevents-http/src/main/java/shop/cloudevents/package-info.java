/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rules of CloudEvents for events in HTTP messages that its SDK leaves to its user: header values, text, JSON that is passed
 * on as it came. Uses Jackson's parser only; services, functions and local-knative may use it.
 */
package shop.cloudevents;
