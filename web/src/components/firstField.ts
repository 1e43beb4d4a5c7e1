/**
 * firstField is the ref of a form in a Modal, and puts the focus into its first field. A Modal puts it on its own button to close
 * when it opens, after autoFocus did.
 */
export function firstField(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('input:not([type=submit], :disabled), textarea:not(:disabled)')?.focus());
}
