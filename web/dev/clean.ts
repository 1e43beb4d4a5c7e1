import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

/** cleanOutput clears what an earlier build left in dir, but for the committed file that keeps the directory there for Go. */
export function cleanOutput(dir: string): Plugin {
  return {
    name: 'warder-clean-output',
    apply: 'build',
    renderStart() {
      for (const name of readdirSync(dir)) {
        if (name !== '.gitignore') rmSync(join(dir, name), { recursive: true });
      }
    },
  };
}
