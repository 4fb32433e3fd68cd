/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.requests;

import io.fabric8.knative.serving.v1.Service;
import io.fabric8.knative.serving.v1.TrafficTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import shop.localknative.manifests.FieldPath;
import shop.localknative.manifests.Manifest;
import shop.localknative.serving.revisions.Instances;

/**
 * The revisions that requests go to: by percent, or by the tag in the host name.
 *
 * @param shares that add up to 100
 */
public record Route(List<Share> shares, Map<String, Instances> tags) {
    public record Share(Instances instances, int percent) {}

    /**
     * The {@code traffic} of a service; without one, all goes to the latest.
     *
     * @param latest the latest revision that has become ready
     * @param revisions all that there are, oldest first
     * @throws shop.localknative.console.StartException for revisions that are unknown
     */
    public static Route of(Manifest manifest, Instances latest, List<Instances> revisions) {
        var traffic = manifest.resource() instanceof Service service
                        && service.getSpec().getTraffic() != null
                ? service.getSpec().getTraffic()
                : List.<TrafficTarget>of();
        if (traffic.isEmpty()) {
            return new Route(List.of(new Share(latest, 100)), Map.of());
        }
        var shares = new ArrayList<Share>();
        var tags = new HashMap<String, Instances>();
        for (int i = 0; i < traffic.size(); i++) {
            var field = FieldPath.of("spec", "traffic", i);
            var target = traffic.get(i);
            var instances = target.getRevisionName() == null
                    ? latest
                    : find(target.getRevisionName(), revisions)
                            .orElseThrow(() -> manifest.problem(
                                    "there is no revision %s, only %s; start with a traffic to the latest, and name it once it runs"
                                            .formatted(target.getRevisionName(), names(revisions)),
                                    field.then("revisionName")));
            if (target.getPercent() != null && target.getPercent() > 0) {
                shares.add(new Share(instances, Math.toIntExact(target.getPercent())));
            }
            Optional.ofNullable(target.getTag()).ifPresent(tag -> tags.put(tag, instances));
        }
        return new Route(List.copyOf(shares), Map.copyOf(tags));
    }

    /** The latest of this name: one that its template gives stays the same when the image is built anew. */
    public static Optional<Instances> find(String name, List<Instances> revisions) {
        return revisions.reversed().stream()
                .filter(instances -> instances.revision().name().equals(name))
                .findFirst();
    }

    private static List<String> names(List<Instances> revisions) {
        return revisions.stream()
                .map(instances -> instances.revision().name())
                .distinct()
                .toList();
    }

    public Instances any() {
        if (shares.size() == 1) {
            return shares.getFirst().instances();
        }
        int at = ThreadLocalRandom.current().nextInt(100);
        for (Share share : shares) {
            at -= share.percent();
            if (at < 0) {
                return share.instances();
            }
        }
        throw new IllegalStateException("the percentages add up to 100");
    }

    /** Every revision that a request can go to. */
    public Set<Instances> reachable() {
        var all = new HashSet<>(tags.values());
        shares.forEach(share -> all.add(share.instances()));
        return all;
    }
}
