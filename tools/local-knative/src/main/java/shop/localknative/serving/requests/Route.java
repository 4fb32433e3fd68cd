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
     * @throws shop.localknative.console.StartException for shares that Knative would not accept, and revisions that are unknown
     */
    public static Route of(Manifest manifest, Instances latest, List<Instances> revisions) {
        var service = (Service) manifest.resource();
        var traffic = Optional.ofNullable(service.getSpec().getTraffic()).orElse(List.<TrafficTarget>of());
        if (traffic.isEmpty()) {
            return new Route(List.of(new Share(latest, 100)), Map.of());
        }
        var shares = new ArrayList<Share>();
        var tags = new HashMap<String, Instances>();
        for (int i = 0; i < traffic.size(); i++) {
            var field = FieldPath.of("spec", "traffic", i);
            var target = traffic.get(i);
            boolean isLatest = target.getRevisionName() == null;
            if (Boolean.TRUE.equals(target.getLatestRevision()) != isLatest && target.getLatestRevision() != null) {
                throw manifest.problem("expected either latestRevision: true or a revisionName", field);
            }
            var instances = isLatest
                    ? latest
                    : find(target.getRevisionName(), revisions)
                            .orElseThrow(() -> manifest.problem(
                                    "there is no revision %s, only %s: revisions are those of this run"
                                            .formatted(target.getRevisionName(), names(revisions)),
                                    field.then("revisionName")));
            if (target.getPercent() != null && target.getPercent() > 0) {
                shares.add(new Share(instances, Math.toIntExact(target.getPercent())));
            }
            if (target.getTag() != null && tags.put(target.getTag(), instances) != null) {
                throw manifest.problem("the tag %s is given twice".formatted(target.getTag()), field.then("tag"));
            }
        }
        int sum = shares.stream().mapToInt(Share::percent).sum();
        if (sum != 100) {
            throw manifest.problem(
                    "the percentages add up to %d, not to 100".formatted(sum), FieldPath.of("spec", "traffic"));
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
