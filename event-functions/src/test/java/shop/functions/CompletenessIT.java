/* SPDX-License-Identifier: Apache-2.0 */
package shop.functions;

class CompletenessIT extends CompletenessTest {}
