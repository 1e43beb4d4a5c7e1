import type { Plugin } from 'vite';

/** first has the built page run a module of its own as soon as it is there: not after the style sheets, as the application's. */
export function first(module: string): Plugin {
  return {
    name: 'warder-first',
    apply: 'build',
    config: () => ({ build: { rolldownOptions: { input: ['index.html', module] } } }),
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {} }) {
        const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(module));
        if (!chunk) throw new Error(`${module} was not built`);
        return [{ tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src: `/console/${chunk.fileName}` }, injectTo: 'head-prepend' }];
      },
    },
  };
}
