import type { MouseEvent } from 'react';

/** focusPage puts the focus on the page's heading, or, as long as it has none, on its content. */
function focusPage(): void {
  const main = document.querySelector<HTMLElement>('main');
  const target = main?.querySelector<HTMLElement>('h1') ?? main;
  if (!target) return;
  target.tabIndex = -1; // a script may focus it; Tab does not stop there
  target.focus({ preventScroll: true });
}

/** skipToPage is what the link before everything else does: the next Tab is the page's first. */
export function skipToPage(event: MouseEvent): void {
  event.preventDefault();
  focusPage();
}

/** followFocus goes along with a reader who went to another page, unless that has put the focus into a field of its own. */
export function followFocus(): void {
  const main = document.querySelector('main');
  const { activeElement } = document;
  if (activeElement?.matches('input, textarea') && main?.contains(activeElement)) return;
  focusPage();
  scrollTo({ top: 0 });
}
