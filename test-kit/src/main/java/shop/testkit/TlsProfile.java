package shop.testkit;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/** With {@link TlsResource} in place of what the other tests of the module find around them. */
public abstract class TlsProfile implements QuarkusTestProfile {
    private final boolean trusted;

    private TlsProfile(boolean trusted) {
        this.trusted = trusted;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(TlsResource.class, Map.of("trusted", Boolean.toString(trusted))));
    }

    @Override
    public boolean disableGlobalTestResources() {
        return true;
    }

    public static class Trusted extends TlsProfile {
        public Trusted() {
            super(true);
        }
    }

    public static class Untrusted extends TlsProfile {
        public Untrusted() {
            super(false);
        }
    }
}
