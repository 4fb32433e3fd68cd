/**
 * The common needs of the services, with one package for each. Entry point here: {@link shop.kit.Sweep}. The services may use
 * the kit; it uses nothing of theirs, and of the shop the event contracts only.
 */
package shop.kit;
