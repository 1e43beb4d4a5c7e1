import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

/** compress leaves NAME.gz in place of every asset that is smaller so: the server sends it as it is, and the binary holds no other. */
export function compress(directory: string): Plugin {
  return {
    name: 'warder-compress',
    apply: 'build',
    writeBundle: {
      order: 'pre', // what is published is compressed
      handler() {
        for (const name of readdirSync(directory)) compressFile(join(directory, name));
      },
    },
  };
}

function compressFile(file: string): void {
  const plain = readFileSync(file);
  const compressed = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
  if (compressed.length >= plain.length * 0.9) return;
  writeFileSync(`${file}.gz`, compressed);
  rmSync(file);
}
