/* SPDX-License-Identifier: Apache-2.0 */
package shop.deadletters;

import shop.testkit.Completeness;

class CompletenessIT extends Completeness {}
