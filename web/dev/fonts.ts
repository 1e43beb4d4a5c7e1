import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { Plugin } from 'vite';

/**
 * fontFiles makes files of the fonts that Cloudscape's style sheet carries in data: URLs: the page is there before its fonts
 * are, and the content security policy needs no hole for data:.
 */
export function fontFiles(directory: string): Plugin {
  return {
    name: 'warder-font-files',
    enforce: 'pre',
    transform(css, id) {
      if (!id.endsWith('/global-styles/index.css')) return undefined;
      mkdirSync(directory, { recursive: true });
      return css.replace(/url\(["']?data:font\/woff2;base64,([^"')]+)["']?\)/g, (_, base64: string) => {
        const name = `open-sans-${createHash('sha256').update(base64).digest('hex').slice(0, 12)}.woff2`;
        writeFileSync(join(directory, name), Buffer.from(base64, 'base64'));
        return `url(${relative(dirname(id), join(directory, name))})`;
      });
    },
  };
}
