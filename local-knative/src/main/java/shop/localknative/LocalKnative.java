package shop.localknative;

public final class LocalKnative {
    public static void main(String[] a) {}
}
