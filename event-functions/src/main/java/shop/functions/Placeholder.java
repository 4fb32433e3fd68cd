package shop.functions;

@jakarta.enterprise.context.ApplicationScoped
class Placeholder {}
