/** The NOTIFY channel on which the relay announces appended events. Only a hint: it may be lost. */
export const LOG_APPENDED = 'event_log';
