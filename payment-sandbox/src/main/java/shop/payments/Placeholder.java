package shop.payments;

@jakarta.enterprise.context.ApplicationScoped
class Placeholder {}
