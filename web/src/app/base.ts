/** base is the path that the application is served below. */
export const base = '/console';
