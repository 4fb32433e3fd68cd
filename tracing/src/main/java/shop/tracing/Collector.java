/* SPDX-License-Identifier: Apache-2.0 */
package shop.tracing;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The place that spans are sent to, as OTLP over HTTP in binary Protobuf. It is called by the SDK's own thread and may wait. By
 * HttpURLConnection, which is in each executable anyway: java.net.http, which OpenTelemetry's exporter uses, would be most of
 * what tracing costs.
 */
record Collector(URI traces, Map<String, String> headers) implements SpanExporter {
    private static final Logger LOG = Logger.getLogger(Collector.class);
    private static final int TIMEOUT = (int) Duration.ofSeconds(2).toMillis();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        try {
            int status = send(TraceRequestMarshaler.create(spans));
            if (status / 100 == 2) {
                return CompletableResultCode.ofSuccess();
            }
            LOG.warnf("%d spans are lost: %s answered %d", spans.size(), traces, status);
        } catch (IOException e) {
            LOG.warnf("%d spans are lost: %s does not answer: %s", spans.size(), traces, e.getMessage());
        }
        return CompletableResultCode.ofFailure();
    }

    private int send(TraceRequestMarshaler spans) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) traces.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT);
        connection.setReadTimeout(TIMEOUT);
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(spans.getBinarySerializedSize());
        headers.forEach(connection::setRequestProperty);
        connection.setRequestProperty("Content-Type", "application/x-protobuf");
        try (OutputStream body = connection.getOutputStream()) {
            spans.writeBinaryTo(body);
        }
        int status = connection.getResponseCode();
        if (status / 100 == 2) {
            connection.getInputStream().close(); // The connection serves the next ones, too.
        }
        return status;
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
