package shop.orders;

import shop.testkit.Completeness;

class CompletenessTest extends Completeness {}
