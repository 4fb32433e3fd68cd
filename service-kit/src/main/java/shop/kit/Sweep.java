package shop.kit;

/**
 * What is to be done now and then, and whose being late never makes a decision wrong: all beans of this type are run when
 * the sweep's PingSource event arrives. A process that may be scaled to zero owns no timers.
 */
public interface Sweep {
    void sweep();
}
