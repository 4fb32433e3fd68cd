/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;
import shop.localknative.platform.DataDirectory;
import shop.localknative.platform.PrivateFile;
import shop.localknative.workload.Workload;

/** The revisions of the Knative Services, kept so that traffic can still name them after a restart. */
public record RevisionStore(Path directory) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param generation counts the revisions of a service from 1 */
    public record Stored(int generation, String name, Workload workload, Image image) {}

    private record Entry(int generation, String name, JsonNode service, Image image) {}

    public void put(Stored revision) {
        var workload = revision.workload();
        JsonNode service = JSON.valueToTree(workload.manifest().resource());
        var entry = new Entry(revision.generation(), revision.name(), service, revision.image());
        PrivateFile.write(
                file(workload, revision.name()),
                JSON.valueToTree(entry).toString().getBytes());
    }

    public void remove(Workload workload, String revision) {
        try {
            Files.deleteIfExists(file(workload, revision));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of a service that can be started, oldest first. */
    public List<Stored> of(Workload service) {
        return DataDirectory.list(file(service, "").getParent()).stream()
                .filter(file -> file.toString().endsWith(".json"))
                .flatMap(file -> read(file).stream())
                .filter(stored -> stored.image().copy() == null
                        || Files.exists(stored.image().copy()))
                .sorted(Comparator.comparingInt(Stored::generation))
                .toList();
    }

    /** Empty for what another version has written, or half of it. */
    private static Optional<Stored> read(Path file) {
        try {
            var entry = JSON.readValue(file.toFile(), Entry.class);
            var manifest = Manifest.of(file, entry.service.toString());
            return Optional.of(new Stored(entry.generation, entry.name, Workload.of(manifest), entry.image));
        } catch (IOException | StartException | NullPointerException unreadable) {
            return Optional.empty();
        }
    }

    private Path file(Workload workload, String revision) {
        return directory.resolve(workload.namespace() + "." + workload.name()).resolve(revision + ".json");
    }
}
