/**
 * Words for the person who started the system: lines on the screen and {@link
 * shop.localknative.console.StartException}, the one exception for a mistake of theirs. Uses no other package; all may use it.
 */
package shop.localknative.console;
