package shop.deadletters;

import shop.testkit.Completeness;

class CompletenessIT extends Completeness {}
