/* SPDX-License-Identifier: Apache-2.0 */
package shop.localknative.platform;

import jakarta.mail.Address;
import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** An e-mail as a person reads it; one that no program can read, as it came. */
public record Mail(List<String> from, List<String> to, String subject, Instant date, String messageId, String text) {

    /** Addresses are shown as they came, beyond ASCII (RFC 6532), too. */
    private static final Session SESSION = Session.getInstance(new Properties());

    static {
        SESSION.getProperties().put("mail.mime.address.strict", "false");
        SESSION.getProperties().put("mail.mime.allowutf8", "true");
    }

    /** Never fails: one mail must not hide the others. */
    static Mail read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            var message = new MimeMessage(SESSION, in);
            return new Mail(
                    addresses(message.getFrom()),
                    addresses(message.getRecipients(Message.RecipientType.TO)),
                    Optional.ofNullable(message.getSubject()).orElse(""),
                    Optional.ofNullable(message.getSentDate())
                            .map(Date::toInstant)
                            .orElse(null),
                    message.getMessageID(),
                    text(message.getContent()));
        } catch (IOException | MessagingException | RuntimeException e) {
            return unreadable(file, e);
        }
    }

    private static Mail unreadable(Path file, Exception why) {
        return new Mail(List.of(), List.of(), file.getFileName() + " can't be read: " + why, null, null, raw(file));
    }

    private static String raw(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static List<String> addresses(Address[] addresses) {
        return Stream.ofNullable(addresses)
                .flatMap(Arrays::stream)
                .map(Address::toString)
                .toList();
    }

    /** The first text among the parts. */
    private static String text(Object content) throws MessagingException, IOException {
        if (!(content instanceof Multipart parts)) {
            return content.toString();
        }
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            if (part.isMimeType("text/*") || part.isMimeType("multipart/*")) {
                return text(part.getContent());
            }
        }
        return "";
    }
}
