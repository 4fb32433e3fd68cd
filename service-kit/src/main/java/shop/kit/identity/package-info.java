/**
 * The identity of the caller by a bearer token of a trusted issuer. Entry point: {@link shop.kit.identity.Caller}. For resources;
 * domain classes get the id of a user as a parameter.
 */
package shop.kit.identity;
