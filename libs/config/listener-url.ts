/** The settings that say where services are that listen to events and are called by others. */
export const listenerUrlSettings = ['NOTIFICATION_URL', 'HOOKS_URL', 'PROJECTION_URL'] as const;
export type ListenerUrlSetting = (typeof listenerUrlSettings)[number];
