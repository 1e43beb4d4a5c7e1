/** Change is something that happened to the account, as the trail tells of it. */
export interface Change {
  id: string;
  time: Date;
  /** What was called, such as CreateUser. */
  name: string;
  /** ARN of who called. */
  caller: string;
  /** ARNs of what it is about. */
  about: string[];
}

/** lastOf is the newest change that a map of a time has; at is undefined for now. changes are the newest first. */
export function lastOf(changes: readonly Change[], at: Date | undefined): Change | undefined {
  return at ? changes.find(({ time }) => time <= at) : changes[0];
}

/** earlier is the time of the change before the last one that a map of a time has: the map as it was without that one. */
export function earlier(changes: readonly Change[], at: Date | undefined): Date | undefined {
  const last = lastOf(changes, at)?.time;
  return last && changes.find(({ time }) => time < last)?.time;
}

/** later is the time of the first change after a time. */
export function later(changes: readonly Change[], at: Date | undefined): Date | undefined {
  return at && changes.findLast(({ time }) => time > at)?.time;
}
