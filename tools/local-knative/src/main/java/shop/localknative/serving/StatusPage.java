/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.serving;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import shop.localknative.network.Addresses;
import shop.localknative.network.Problem;
import shop.localknative.platform.Mail;
import shop.localknative.platform.Mailbox;
import shop.localknative.serving.revisions.Instances;
import shop.localknative.tracing.TracePages;

/**
 * The pages of local-knative itself: what runs, and what came by mail. HTML, or JSON where that is accepted.
 *
 * @param platform what is to be said about the parts that are not services
 * @param metrics in Prometheus' text format
 * @param traces what answers for these
 */
public record StatusPage(
        Vertx vertx,
        Serving serving,
        Registry registry,
        Functions functions,
        Mailbox mailbox,
        Supplier<JsonObject> platform,
        Supplier<String> metrics,
        TracePages traces)
        implements Handler<HttpServerRequest> {
    @Override
    public void handle(HttpServerRequest request) {
        switch (request.path()) {
            case "/" -> answer(request, "local-knative", status(request));
            case "/metrics" ->
                vertx.executeBlocking(metrics::get, false)
                        .onSuccess(text -> request.response()
                                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                                .end(text))
                        .onFailure(e -> new Problem(500, "The metrics can't be read", e.getMessage()).answer(request));
            case "/mailbox" ->
                vertx.executeBlocking(mailbox::mails, false)
                        .onSuccess(mails -> answer(request, "Mailbox", array(mails, StatusPage::json)))
                        .onFailure(e -> new Problem(500, "The mailbox can't be read", e.getMessage()).answer(request));
            case "/functions" ->
                vertx.executeBlocking(functions::all, false)
                        .onSuccess(all -> answer(request, "Functions", new JsonArray(all)))
                        .onFailure(
                                e -> new Problem(500, "The functions can't be listed", e.toString()).answer(request));
            case "/registry" -> answer(request, "Registry", new JsonArray(registry.entries(door(request))));
            case String path
            when path.startsWith("/registry/") -> entry(request, path.substring("/registry/".length()));
            case String path when TracePages.isFor(path) -> traces.handle(request);
            default ->
                new Problem(404, "No such page", "There are /, /registry, /functions, /mailbox, /metrics and /traces.")
                        .answer(request);
        }
    }

    private void entry(HttpServerRequest request, String name) {
        var entries = registry.entries(door(request));
        entries.stream()
                .filter(entry -> entry.getString("name").equals(name))
                .findFirst()
                .ifPresentOrElse(
                        entry -> answer(request, name, entry),
                        () -> new Problem(
                                        404,
                                        "Nothing is called " + name,
                                        "There are %s."
                                                .formatted(entries.stream()
                                                        .map(entry -> entry.getString("name"))
                                                        .distinct()
                                                        .collect(Collectors.joining(", "))))
                                .answer(request));
    }

    private static int door(HttpServerRequest request) {
        return request.connection().localAddress().port();
    }

    private JsonObject status(HttpServerRequest request) {
        var services = array(serving.services(), service -> json(service, door(request)));
        return new JsonObject().put("services", services).mergeIn(platform.get());
    }

    private static <T> JsonArray array(Collection<T> all, Function<T, JsonObject> json) {
        return new JsonArray(all.stream().map(json).toList());
    }

    private static JsonObject json(KnativeService service, int port) {
        var latest = service.latestReady();
        var revisions = service.percentages();
        int starts = revisions.keySet().stream().mapToInt(Instances::starts).sum();
        var shares = array(revisions.entrySet(), share -> revision(share.getKey(), share.getValue()));
        return new JsonObject()
                .put("name", service.name())
                .put("url", "http://%s:%d".formatted(Addresses.hostOf(service.manifest()), port))
                .put("state", latest.state().name().toLowerCase())
                .put("pid", latest.pids().stream().findFirst().orElse(null))
                .put("starts", starts)
                .put("log", latest.revision().log().toString())
                .put("problem", service.problem().orElse(null))
                .put("revisions", shares);
    }

    private static JsonObject revision(Instances instances, int percent) {
        return new JsonObject()
                .put("name", instances.revision().name())
                .put("percent", percent)
                .put("state", instances.state().name().toLowerCase())
                .put("pids", new JsonArray(instances.pids()))
                .put("requests", instances.concurrency());
    }

    private static JsonObject json(Mail mail) {
        return new JsonObject()
                .put("from", mail.from())
                .put("to", mail.to())
                .put("subject", mail.subject())
                .put("date", mail.date())
                .put("messageId", mail.messageId())
                .put("text", mail.text());
    }

    private static void answer(HttpServerRequest request, String title, Object content) {
        var accept = request.getHeader("Accept");
        if (accept == null || !accept.contains("text/html")) {
            request.response().putHeader("Content-Type", "application/json").end(Json.encodePrettily(content));
        } else {
            request.response()
                    .putHeader("Content-Type", "text/html; charset=utf-8")
                    .end("""
                            <!doctype html>
                            <title>%1$s</title>
                            <style>
                              body {font: 15px system-ui; margin: 2rem}
                              table {border-collapse: collapse; margin: 1rem 0}
                              th, td {text-align: left; vertical-align: top; padding: .3rem .8rem; border-bottom: 1px solid #ddd}
                              td {white-space: pre-wrap}
                            </style>
                            <h1>%1$s</h1>
                            <nav><a href="/">status</a> <a href="/registry">registry</a> <a href="/functions">functions</a> <a href="/mailbox">mailbox</a> <a href="/metrics">metrics</a></nav>
                            %2$s
                            """.formatted(title, html(content)));
        }
    }

    private static String html(Object value) {
        return switch (value) {
            case null -> "";
            case JsonObject object ->
                "<table>"
                        + object.stream()
                                .map(e -> "<tr><th>%s<td>%s".formatted(html(e.getKey()), html(e.getValue())))
                                .collect(Collectors.joining())
                        + "</table>";
            case JsonArray array -> table(array);
            default -> escape(value.toString());
        };
    }

    /** Objects of a list have the same fields: those are the columns. */
    private static String table(JsonArray array) {
        if (array.isEmpty() || !(array.getValue(0) instanceof JsonObject first)) {
            return array.stream().map(StatusPage::html).collect(Collectors.joining(", "));
        }
        var columns = first.fieldNames();
        var table = new StringBuilder("<table><tr>");
        columns.forEach(column -> table.append("<th>").append(html(column)));
        for (Object row : array) {
            table.append("<tr>");
            columns.forEach(column -> table.append("<td>").append(html(((JsonObject) row).getValue(column))));
        }
        return table.append("</table>").toString();
    }

    private static String escape(String text) {
        var escaped = text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
        return escaped.matches("http://\\S+") ? "<a href=\"%1$s\">%1$s</a>".formatted(escaped) : escaped;
    }
}
