package shop.users;

import shop.testkit.Completeness;

class CompletenessIT extends Completeness {}
