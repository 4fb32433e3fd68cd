/* SPDX-License-Identifier: Apache-2.0 */
package shop.users;

import shop.testkit.Completeness;

class CompletenessTest extends Completeness {}
