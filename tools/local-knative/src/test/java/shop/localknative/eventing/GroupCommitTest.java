/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.eventing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shop.localknative.BusyVirtualThreads;

class GroupCommitTest {

    @Test
    void errorFailsItsTransactionAndNoLaterOne() throws Exception {
        var written = new ArrayList<String>();
        try (var commits = new GroupCommit<String>(changes -> {
            if (changes.contains("too much")) {
                throw new OutOfMemoryError("for one transaction");
            }
            written.addAll(changes);
        })) {
            commits.start();
            var failed = commits.commit("too much");
            var error = assertThrows(ExecutionException.class, () -> failed.get(10, TimeUnit.SECONDS));
            assertInstanceOf(OutOfMemoryError.class, error.getCause());
            commits.commit("the next").get(10, TimeUnit.SECONDS);
        }
        assertEquals(List.of("the next"), written);
    }

    @Test
    @Timeout(30)
    void commitsWhileVirtualThreadsKeepTheProcessorsBusy() throws Exception {
        try (var _ = new BusyVirtualThreads();
                var commits = new GroupCommit<String>(changes -> {})) {
            commits.start();
            commits.commit("one").get(10, TimeUnit.SECONDS);
        }
    }
}
