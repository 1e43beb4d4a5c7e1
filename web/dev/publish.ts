import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

/**
 * publish brings a finished build from one directory into another that a server may be reading: the assets first, then the page
 * that names them in one step, then it takes the assets away that no page names any more. Other files there stay.
 */
export function publish(from: string, into: string): Plugin {
  return {
    name: 'warder-publish',
    apply: 'build',
    writeBundle() {
      cpSync(join(from, 'assets'), join(into, 'assets'), { recursive: true });
      cpSync(join(from, 'index.html'), join(into, 'index.html.new'));
      renameSync(join(into, 'index.html.new'), join(into, 'index.html'));
      const current = new Set(readdirSync(join(from, 'assets')));
      for (const name of readdirSync(join(into, 'assets'))) {
        if (!current.has(name)) rmSync(join(into, 'assets', name));
      }
    },
  };
}
