/**
 * The rules of text from outside: what is taken, in which form it is kept, and how it is shown in logs and messages. Entry
 * points: {@link shop.text.Text}, {@link shop.text.EmailAddress}. Every module may use it; it uses no other one.
 */
package shop.text;
