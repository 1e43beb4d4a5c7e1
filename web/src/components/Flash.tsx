import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useSyncExternalStore } from 'react';

import { isAborted, problem } from '../api/errors.ts';

type Item = FlashbarProps.MessageDefinition;

let items: Item[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: Item[]): void {
  items = next;
  for (const listener of listeners) listener();
}

/** settled is how long, in milliseconds, a message stays in any case: it may have been for the page that is being gone to. */
const settled = 2000;

/** tidyFlashes takes away what went well before the reader went on. What went wrong stays until it is closed. */
export function tidyFlashes(): void {
  const now = Date.now();
  set(items.filter(({ type, id }) => type !== 'success' || now - (made.get(id!) ?? 0) < settled));
}

const made = new Map<string, number>();

function add(item: Item): string {
  const id = `flash-${++count}`;
  made.set(id, Date.now());
  const remove = () => set(items.filter((other) => other.id !== id));
  set([{ dismissible: true, dismissLabel: 'Close the message', onDismiss: remove, ...item, id }, ...items].slice(0, 20));
  return id;
}

/** flash shows a message above the page, until the reader closes it. */
export const flash = {
  success: (header: string, content?: string) => add({ type: 'success', header, content }),
  info: (header: string, content?: string) => add({ type: 'info', header, content }),
  warning: (header: string, content?: string) => add({ type: 'warning', header, content }),
  /** error says what an error of a call means; a call that the page gave up itself is not one. */
  error: (error: unknown): void => {
    if (isAborted(error)) return;
    const { title, message, requestId } = problem(error);
    add({ type: 'error', header: title, content: requestId ? `${message} (request ${requestId})` : message });
  },
};

/** Flashes is where the shell shows them. */
export function Flashes() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => items,
  );
  return <Flashbar items={shown} stackItems />;
}
