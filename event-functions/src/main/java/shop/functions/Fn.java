package shop.functions;

class Fn {
    @io.quarkus.funqy.Funq
    public void heartbeat(String s) {}
}
