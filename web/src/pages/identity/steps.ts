import { isMissing } from '../../api/errors.ts';

/** Step is one call of several that belong together, in the words of whoever watches. */
export interface Step {
  /** "Remove from group Developers". */
  what: string;
  run: () => Promise<unknown>;
}

/** Failure is the step that stopped the others. */
export interface Failure {
  step: Step;
  error: unknown;
}

/** runSteps runs them in order and stops at the first that fails; done is told how many are through. */
export async function runSteps(steps: readonly Step[], done: (count: number) => void): Promise<Failure | undefined> {
  for (const [i, step] of steps.entries()) {
    try {
      await step.run();
    } catch (error) {
      return { step, error };
    }
    done(i + 1);
  }
  return undefined;
}

/** gone makes a call that is to remove something succeed where that is not there any more. */
export async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** inParallel maps with as many calls at a time as a browser sends to one server. */
export async function inParallel<T, R>(items: readonly T[], call: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [i, item] of queue) results[i] = await call(item);
  };
  await Promise.all(Array.from({ length: Math.min(4, items.length) }, work));
  return results;
}
