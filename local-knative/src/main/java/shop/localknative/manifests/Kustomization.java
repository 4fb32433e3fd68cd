package shop.localknative.manifests;

import java.util.List;
import java.util.Map;

/**
 * The part of a kustomization.yaml that is read; every other field is an error. The {@code configurations} say where
 * hashed names are to be replaced: here no name has a hash.
 */
record Kustomization(
        String apiVersion,
        String kind,
        String namespace,
        List<String> resources,
        List<Generator> configMapGenerator,
        Options generatorOptions,
        List<String> configurations) {

    Kustomization {
        resources = resources == null ? List.of() : resources;
        configMapGenerator = configMapGenerator == null ? List.of() : configMapGenerator;
        generatorOptions = generatorOptions == null ? Options.NONE : generatorOptions;
    }

    enum Behavior {
        create,
        merge,
        replace
    }

    record Generator(
            String name,
            String namespace,
            Behavior behavior,
            List<String> files,
            List<String> literals,
            Options options) {

        Generator {
            behavior = behavior == null ? Behavior.create : behavior;
            files = files == null ? List.of() : files;
            literals = literals == null ? List.of() : literals;
            options = options == null ? Options.NONE : options;
        }
    }

    /**
     * The hash that kustomize appends to a generated name makes a cluster roll out a change. Here names are used as they
     * are written: a change reaches the mounted files, as that of any other ConfigMap.
     */
    record Options(
            Boolean disableNameSuffixHash,
            Boolean immutable,
            Map<String, String> labels,
            Map<String, String> annotations) {
        static final Options NONE = new Options(null, null, null, null);
    }
}
