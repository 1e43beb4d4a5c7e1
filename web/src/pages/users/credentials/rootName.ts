/** rootName is what the root user calls itself where a call must name a user: EnableMFADevice and ResyncMFADevice. */
export const rootName = 'root';
