import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { chunk } from './dev/chunks.ts';
import { compress } from './dev/compress.ts';
import { first } from './dev/first.ts';
import { fontFiles } from './dev/fonts.ts';
import { publish } from './dev/publish.ts';
import { devSession } from './dev/session.ts';

// WARDER_ENDPOINT is a running `warder serve`; the development server hands it whatever is not the application's.
const endpoint = process.env.WARDER_ENDPOINT ?? 'http://127.0.0.1:4600';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  base: '/console/',
  resolve: {
    alias: {
      // The names of the tokens' custom properties have a hash that changes with the release, and those of the package are of another
      // one than the components': they would fall back to the light values. The components have their own.
      '@cloudscape-design/design-tokens': fileURLToPath(new URL('node_modules/@cloudscape-design/components/internal/generated/styles/tokens.js', import.meta.url)),
    },
  },
  plugins: [react(), devSession(endpoint), fontFiles(path('node_modules/.warder-fonts')), first('first'), compress(path('dist/assets')), publish(path('dist'), path('../internal/console/dist'))],
  server: {
    // Host stays what the browser said: requests are signed with it.
    proxy: { '^/(?!console(/(?!v1/)|$))': { target: endpoint, changeOrigin: false } },
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // data: URLs would need a hole in the content security policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            chunk('first', path('src/app/first.ts')),
            chunk('shell', path('src/app/main.tsx'), path('src/pages/dashboard/index.tsx')),
            { name: 'iam', test: /[\\/]client-iam[\\/]/, includeDependenciesRecursively: false }, // else a file for each operation
          ],
        },
      },
    },
  },
});
