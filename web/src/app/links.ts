import { useEffect } from 'react';
import { useNavigate } from 'react-router';

import { base } from './base.ts';

export { base };

/** to is the href of a page of the console: to`/users/${name}` is /console/users/…, with the name escaped. */
export function to(strings: TemplateStringsArray, ...values: string[]): string {
  return base + strings.map((text, i) => text + (i < values.length ? encodeURIComponent(values[i]!) : '')).join('');
}

/**
 * useLinks makes every link to a page of the console one of the router's, whichever component drew it. What the reader asks
 * the browser for, such as another tab, stays the browser's.
 */
export function useLinks(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = (event.target as Element).closest?.('a[href]');
      if (!(link instanceof HTMLAnchorElement) || (link.target && link.target !== '_self') || link.hasAttribute('download')) return;
      if (link.origin !== location.origin || !(link.pathname + '/').startsWith(base + '/')) return;
      event.preventDefault();
      void navigate((link.pathname.slice(base.length) || '/') + link.search + link.hash);
    };
    document.addEventListener('click', follow);
    return () => document.removeEventListener('click', follow);
  }, [navigate]);
}
