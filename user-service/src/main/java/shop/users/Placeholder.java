package shop.users;

@jakarta.enterprise.context.ApplicationScoped
class Placeholder {}
