package shop.localknative.eventing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import shop.localknative.manifests.FieldPath;

/** A resource that Knative, or this part of it, does not understand. */
public final class InvalidResource extends IllegalArgumentException {

    /** The same as long as it is not known whose field it is. */
    static final class InvalidField extends IllegalArgumentException {
        private final FieldPath field;

        InvalidField(FieldPath field, String message) {
            super(message);
            this.field = field;
        }
    }

    private final transient HasMetadata resource;
    private final transient FieldPath field;

    InvalidResource(HasMetadata resource, InvalidField cause) {
        super(cause.getMessage(), cause);
        this.resource = resource;
        this.field = cause.field;
    }

    public HasMetadata resource() {
        return resource;
    }

    public FieldPath field() {
        return field;
    }
}
