import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { cleanOutput } from './dev/clean.ts';
import { devSession } from './dev/session.ts';

// WARDER_ENDPOINT is a running `warder serve`; the development server hands it whatever is not the application's.
const endpoint = process.env.WARDER_ENDPOINT ?? 'http://127.0.0.1:4600';

const output = fileURLToPath(new URL('../internal/console/dist', import.meta.url));

export default defineConfig({
  base: '/console/',
  plugins: [react(), devSession(endpoint), cleanOutput(output)],
  server: {
    // Host stays what the browser said: requests are signed with it.
    proxy: { '^/(?!console(/|$))': { target: endpoint, changeOrigin: false } },
  },
  build: {
    outDir: output,
    emptyOutDir: false, // a committed file keeps the directory there; cleanOutput clears the rest
    assetsInlineLimit: 0, // data: URLs would need a hole in the content security policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
});
