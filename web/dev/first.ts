import type { Plugin } from 'vite';

/** first has the built page run a chunk as soon as that is there: not after the style sheets, as the application's others. */
export function first(name: string): Plugin {
  return {
    name: 'warder-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {} }) {
        const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === name);
        if (!chunk) throw new Error(`the chunk ${name} was not built`);
        return [{ tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src: `/console/${chunk.fileName}` }, injectTo: 'head-prepend' }];
      },
    },
  };
}
