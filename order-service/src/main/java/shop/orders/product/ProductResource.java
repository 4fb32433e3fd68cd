/* SPDX-License-Identifier: Apache-2.0 */
package shop.orders.product;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;
import shop.events.Money;
import shop.kit.http.Api;
import shop.kit.http.ETags;
import shop.kit.http.IdempotencyKeys;
import shop.kit.http.Line;
import shop.kit.http.Page;
import shop.kit.http.Preconditions;
import shop.kit.http.Problem;
import shop.kit.identity.Caller;

/** The catalogue, which everyone reads and admins change. */
@Path("/products")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Products", description = "Open to everyone; admins change them.")
public class ProductResource {
    private final Products products;
    private final IdempotencyKeys idempotency;
    private final Caller caller;
    private final ETags etags;

    ProductResource(Products products, IdempotencyKeys idempotency, Caller caller, ETags etags) {
        this.products = products;
        this.idempotency = idempotency;
        this.caller = caller;
        this.etags = etags;
    }

    public record ProductData(
            @Line(max = 200) @Schema(minLength = 1, maxLength = 200, examples = "Tea")
            String name,

            @NotNull @Valid Price price) {}

    /** A price in minor units. The limit keeps every total exact in any JSON reader (below 2^53: RFC 8259, section 6). */
    public record Price(
            @NotNull
            @Min(1)
            @Max(10_000_000_000L)
            @Schema(description = "In the minor units of the currency: cents for EUR, yen for JPY", examples = "450")
            Long amount,

            @NotNull @Schema(description = "ISO 4217", pattern = "[A-Z]{3}", examples = "EUR")
            String currency) {
        Money money() {
            if (LegalTender.largestTotal(currency) == 0) {
                throw Problem.invalid(
                        Problem.Place.body,
                        "price.currency",
                        "price.currency must be the ISO 4217 code of a legal tender, such as EUR.");
            }
            return new Money(amount, currency);
        }
    }

    /** The number of pieces that came in or, below zero, went out other than by orders. */
    public record StockChange(
            @NotNull @Min(-1_000_000_000) @Max(1_000_000_000) @Schema(description = "Not 0", examples = "10")
            Integer delta) {}

    @GET
    @PermitAll
    @Cache(noCache = true)
    @Operation(operationId = "listProducts", summary = "Lists the catalogue, in the order of the skus")
    public Page<Product> list(
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) Integer limit) {
        return Page.of(products.list(Page.after(cursor), limit + 1), limit, Product::sku);
    }

    @GET
    @Path("/{sku}")
    @PermitAll
    @Cache(noCache = true)
    @Operation(operationId = "getProduct", summary = "Tells name, price and stock of a product")
    @APIResponseSchema(Product.class)
    @APIResponse(responseCode = "404", description = "There is no such product")
    public Product get(
            @PathParam("sku")
                    @Parameter(description = "The product's identifier")
                    @Pattern(regexp = Product.SKU, message = Product.SKU_RULE)
                    String sku) {
        return products.find(sku).orElseThrow(() -> Problem.notFound("product", sku));
    }

    @PUT
    @Path("/{sku}")
    @RolesAllowed(Caller.ADMIN)
    @SecurityRequirement(name = Api.BEARER)
    @Operation(
            operationId = "putProduct",
            summary = "Adds a product, or changes its name and price",
            description = "A new product has no stock. Orders that were placed keep the price they were placed at."
                    + " If-None-Match: * only adds; If-Match only changes the state that was read, its stock included.")
    @APIResponseSchema(value = Product.class, responseCode = "200", responseDescription = "It is changed")
    @APIResponse(
            responseCode = "201",
            description = "It is added",
            content = @Content(schema = @Schema(implementation = Product.class)))
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    public Response put(
            @PathParam("sku")
                    @Parameter(description = "The product's identifier")
                    @Pattern(regexp = Product.SKU, message = Product.SKU_RULE)
                    String sku,
            @BeanParam Preconditions preconditions,
            @NotNull @Valid ProductData data) {
        Products.Saved saved = products.save(sku, data.name(), data.price().money(), preconditions);
        return (saved.created() ? Response.created(location(sku)) : Response.ok())
                .entity(saved.product())
                .build();
    }

    @POST
    @Path("/{sku}/stock")
    @RolesAllowed(Caller.ADMIN)
    @SecurityRequirement(name = Api.BEARER)
    @Operation(
            operationId = "changeStock",
            summary = "Adds to a product's stock, or, with a negative delta, removes from it",
            description =
                    "Sent again with the same Idempotency-Key within 24 hours it gives the first answer and changes"
                            + " nothing more.")
    @APIResponseSchema(value = Product.class, responseCode = "200", responseDescription = "It is changed")
    @APIResponse(responseCode = "404", description = "There is no such product")
    @APIResponse(responseCode = "409", description = "There is less stock than is to be removed (out-of-stock)")
    @APIResponse(responseCode = "412", description = "If-Match or If-None-Match does not allow it")
    @APIResponse(responseCode = "422", description = "The key was used for another request (idempotency-key-reused)")
    public Response addStock(
            @PathParam("sku")
                    @Parameter(description = "The product's identifier")
                    @Pattern(regexp = Product.SKU, message = Product.SKU_RULE)
                    String sku,
            @HeaderParam(IdempotencyKeys.HEADER)
                    @Parameter(required = true, description = "New for each change, the same at each retry")
                    String key,
            @BeanParam Preconditions preconditions,
            @NotNull @Valid StockChange change) {
        if (change.delta() == 0) {
            throw Problem.invalid(Problem.Place.body, "delta", "delta must not be 0.");
        }
        return idempotency.once(
                caller.requireUserId(), "POST /products/" + sku + "/stock", key, change, transaction -> {
                    Product product = products.lock(transaction, List.of(sku)).stream()
                            .findFirst()
                            .orElseThrow(() -> Problem.notFound("product", sku));
                    preconditions.require(etags.ofContent(product));
                    long stock = product.stock() + change.delta();
                    if (stock < 0) {
                        throw Problem.because(
                                409,
                                "out-of-stock",
                                "Out of stock",
                                "There are only " + product.stock() + " of " + sku + "; take no more than these.",
                                new Problem.Fault(Problem.Place.body, "delta", "is below -" + product.stock()));
                    }
                    products.addStock(transaction, Map.of(sku, change.delta().longValue()));
                    return new IdempotencyKeys.Answer(
                            200, null, new Product(sku, product.name(), product.price(), stock));
                });
    }

    private static URI location(String sku) {
        return URI.create("/products/" + sku);
    }
}
