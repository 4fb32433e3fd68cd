package shop.deadletters;

import shop.testkit.Completeness;

class CompletenessTest extends Completeness {}
