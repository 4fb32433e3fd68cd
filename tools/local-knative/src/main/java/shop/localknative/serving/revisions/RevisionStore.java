/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving.revisions;

import io.fabric8.knative.serving.v1.Service;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import shop.localknative.console.StartException;
import shop.localknative.manifests.Manifest;
import shop.localknative.platform.PrivateFile;
import shop.localknative.workload.Workload;

/** The revisions of the Knative Services, kept so that traffic can still name them after a restart. */
public record RevisionStore(Path directory) {

    /** @param generation counts the revisions of a service from 1 */
    public record Stored(int generation, String name, Workload workload, Image image) {}

    public void put(Stored revision) {
        var image = revision.image();
        var json = new JsonObject()
                .put("generation", revision.generation())
                .put("name", revision.name())
                .put("service", new JsonObject(revision.workload().manifest().json()))
                .put(
                        "image",
                        new JsonObject()
                                .put("command", image.command())
                                .put("arguments", image.arguments())
                                .put(
                                        "directory",
                                        image.directory() == null
                                                ? null
                                                : image.directory().toString())
                                .put("version", image.version())
                                .put(
                                        "copy",
                                        image.copy() == null
                                                ? null
                                                : image.copy().toString()));
        PrivateFile.write(
                file(revision.workload(), revision.name()), json.toBuffer().getBytes());
    }

    public void remove(Workload workload, String revision) {
        try {
            Files.deleteIfExists(file(workload, revision));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of a service, oldest first. */
    public List<Stored> of(Workload service) {
        var directory = file(service, "").getParent();
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .flatMap(file -> read(file).stream())
                    .sorted(Comparator.comparingInt(Stored::generation))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty for what another version has written, or half of it. */
    private static Optional<Stored> read(Path file) {
        try {
            var json = new JsonObject(Files.readString(file));
            var image = json.getJsonObject("image");
            var manifest = Manifest.of(file, json.getJsonObject("service").encode(), Service.class);
            return Optional.of(new Stored(
                    json.getInteger("generation"),
                    json.getString("name"),
                    Workload.of(manifest),
                    new Image(
                            strings(image, "command"),
                            strings(image, "arguments"),
                            path(image, "directory"),
                            image.getString("version"),
                            path(image, "copy"))));
        } catch (IOException | DecodeException | StartException | NullPointerException unreadable) {
            return Optional.empty();
        }
    }

    private static Path path(JsonObject object, String name) {
        return object.getString(name) == null ? null : Path.of(object.getString(name));
    }

    private static List<String> strings(JsonObject object, String name) {
        return object.getJsonArray(name).stream().map(String.class::cast).toList();
    }

    private Path file(Workload workload, String revision) {
        return directory.resolve(workload.namespace() + "." + workload.name()).resolve(revision + ".json");
    }
}
