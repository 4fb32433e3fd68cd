package shop.orders;

@jakarta.enterprise.context.ApplicationScoped
class Placeholder {}
