/**
 * The function {@code raiseAlarm}, and beside it Alertmanager's way to the broker. Entry points: {@link
 * shop.functions.alarm.RaiseAlarm}, called by Funqy only, and {@code POST /alerts}.
 */
package shop.functions.alarm;
