/**
 * The surroundings of a module under test, and expectations that several modules share. Entry points: {@link
 * shop.testkit.PostgresResource} for a service, {@link shop.testkit.Executable} for a process. For tests only.
 */
package shop.testkit;
