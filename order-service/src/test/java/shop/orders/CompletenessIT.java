package shop.orders;

import shop.testkit.Completeness;

class CompletenessIT extends Completeness {}
