package shop.functions;

class CompletenessIT extends CompletenessTest {}
