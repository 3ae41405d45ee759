/** The channel of NOTIFY on which the relay says that there is something new in the log. Only a hint: it may be lost. */
export const LOG_NEWS = 'event_log';
