/** The function {@code raiseAlarm}. Entry point: {@link shop.functions.alarm.RaiseAlarm}, called by Funqy only. */
package shop.functions.alarm;
