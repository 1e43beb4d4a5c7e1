import type { Rolldown } from 'vite';

/**
 * chunk puts modules, and all that they import, into one chunk of a name. What of it an earlier one has taken stays there.
 */
export function chunk(name: string, ...modules: string[]): Rolldown.CodeSplittingGroup {
  let reached: Set<string> | undefined;
  return { debugName: name, name: (id, context) => ((reached ??= reach(modules, context)).has(id) ? name : null), includeDependenciesRecursively: false };
}

/** reach is all that modules import, and what that imports; not what they load when it is needed. */
function reach(modules: readonly string[], context: Rolldown.ChunkingContext): Set<string> {
  const reached = new Set<string>();
  const waiting = [...modules];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(context.getModuleInfo(id)?.importedIds ?? []));
  }
  return reached;
}
