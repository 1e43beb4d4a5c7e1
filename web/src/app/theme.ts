import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

/** Theme is how the console looks: as the system says, or light or dark whatever it says. */
export type Theme = 'system' | 'light' | 'dark';

const key = 'warder.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function chosen(): Theme {
  const value = localStorage.getItem(key);
  return value === 'light' || value === 'dark' ? value : 'system';
}

function apply(): void {
  const theme = chosen();
  applyMode(theme === 'dark' || (theme === 'system' && system.matches) ? Mode.Dark : Mode.Light);
  for (const listener of listeners) listener();
}

/** startTheme takes the look on, and follows the system from then on. */
export function startTheme(): void {
  apply();
  system.addEventListener('change', apply);
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key);
  else localStorage.setItem(key, theme);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosen);
}

/** useDark says whether what is on the screen is dark, for what is drawn by hand. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => document.body.classList.contains('awsui-dark-mode'));
}
