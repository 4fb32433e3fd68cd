package shop.deadletters;

@jakarta.enterprise.context.ApplicationScoped
class Placeholder {}
