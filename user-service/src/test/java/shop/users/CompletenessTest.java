package shop.users;

import shop.testkit.Completeness;

class CompletenessTest extends Completeness {}
