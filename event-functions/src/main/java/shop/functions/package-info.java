/**
 * The common part of the functions: the check of an event, and the answer to a failure. Entry points: {@link
 * shop.functions.Handles}, {@link shop.functions.InvalidEvent} and {@link shop.functions.Unavailable}. For the functions, which
 * have a package each and do not use one another.
 */
package shop.functions;
