/* SPDX-License-Identifier: Apache-2.0 */
package shop.testkit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

public final class Concurrently {
    private Concurrently() {}

    /** The results of {@code times} calls at the same time, in the order of their numbers; fails if one of them does. */
    public static <T> List<T> together(int times, IntFunction<T> call) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<T>> calls = IntStream.range(0, times)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> call.apply(i), threads))
                    .toList();
            return calls.stream().map(CompletableFuture::join).toList();
        }
    }
}
