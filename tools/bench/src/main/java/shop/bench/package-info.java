/**
 * The figures of {@code tools/bench}, each printed as Markdown by the command of its name. Entry points: {@link
 * shop.bench.NativeFigures}, {@link shop.bench.BrokerFigures} and {@link shop.bench.ServingFigures}. Nothing may use it.
 */
package shop.bench;
