/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders;

import shop.testkit.Completeness;

class CompletenessIT extends Completeness {}
