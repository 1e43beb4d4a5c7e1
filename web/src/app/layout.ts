import type { AppLayoutProps } from '@cloudscape-design/components/app-layout';
import { useEffect, useSyncExternalStore } from 'react';

/** Crumb is a step on the way to a page. The last one is the page itself. */
export interface Crumb {
  text: string;
  href: string;
}

/** Layout is what a page tells the shell around it. */
export interface Layout {
  breadcrumbs: Crumb[];
  contentType: NonNullable<AppLayoutProps['contentType']>;
}

let current: Layout = { breadcrumbs: [], contentType: 'default' };
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useCurrentLayout(): Layout {
  return useSyncExternalStore(subscribe, () => current);
}

/** useLayout says it while the page is there. */
export function useLayout(layout: Layout): void {
  const text = JSON.stringify(layout);
  useEffect(() => {
    current = JSON.parse(text) as Layout;
    for (const listener of listeners) listener();
  }, [text]);
}
