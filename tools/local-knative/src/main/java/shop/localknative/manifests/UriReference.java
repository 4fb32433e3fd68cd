/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.manifests;

import static java.util.Objects.requireNonNullElse;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.regex.Pattern;

/** URIs as Go's net/url takes them: RFC 3986, where java.net.URI is of RFC 2396, and what it does not allow is escaped. */
public final class UriReference {
    private static final Pattern PARTS = Pattern.compile(
            "(?<authority>//[^/?#]*)?(?<path>[^?#]*)(?<query>\\?[^#]*)?(?<fragment>#.*)?", Pattern.DOTALL);

    private static final Pattern NOT_ALLOWED = Pattern.compile("[^\\w.~:/?#@!$&'()*+,;=%\\[\\]-]+");

    private UriReference() {}

    /** @throws IllegalArgumentException for what is no URI */
    public static URI parse(String text) {
        return URI.create(text.matches("(?s)[A-Za-z][\\w+.-]*:.*") ? escape(text) : relative(text));
    }

    /**
     * Section 5.2.2, by which Go's ResolveReference goes, too.
     *
     * @param base with an authority, and without a query
     * @param reference a relative one
     */
    public static URI resolve(URI base, String reference) {
        var parts = PARTS.matcher(relative(reference));
        parts.matches();
        var authority = parts.group("authority");
        var path = parts.group("path");
        if (authority == null) {
            authority = "//" + base.getRawAuthority();
            var merged = base.getRawPath().replaceFirst("[^/]*$", "") + path;
            path = path.isEmpty() ? base.getRawPath() : withoutDots(path.startsWith("/") ? path : merged);
        } else if (!path.isEmpty()) {
            path = withoutDots(path);
        }
        return URI.create(base.getScheme() + ":" + authority + path + requireNonNullElse(parts.group("query"), "")
                + requireNonNullElse(parts.group("fragment"), ""));
    }

    /** Section 5.2.4. */
    private static String withoutDots(String path) {
        var kept = new ArrayDeque<String>();
        for (String segment : path.replaceFirst("^/", "")
                .replaceFirst("(?<![^/])(\\.\\.?)$", "$1/")
                .split("/", -1)) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.equals(".")) {
                kept.add(segment);
            }
        }
        return "/" + String.join("/", kept);
    }

    /** Brackets are for the address of a host. */
    private static String relative(String reference) {
        return escape(reference).replace("[", "%5B").replace("]", "%5D");
    }

    private static String escape(String text) {
        return NOT_ALLOWED
                .matcher(text)
                .replaceAll(found ->
                        URLEncoder.encode(found.group(), StandardCharsets.UTF_8).replace("+", "%20"));
    }
}
