import { type Completion, type CompletionSource, pickedCompletion, snippet, startCompletion } from '@codemirror/autocomplete';
import type { EditorView, HoverTooltipSource } from '@codemirror/view';

import { type Account, complete, findKey, keysFor, type Option, summary } from './complete.ts';
import { type Context, contextAt } from './context.ts';
import { byLevel, type Catalog, expand, type Expansion } from './reference.ts';

/** completions offers what the catalogue knows at the cursor. */
export function completions(catalog: Catalog, account: Account): CompletionSource {
  return async ({ state, pos, explicit }) => {
    const context = contextAt(state.doc.toString(), pos);
    if (!context || (!context.quoted && !explicit)) return null;
    const options = await complete(context, catalog, account).catch(() => []);
    if (options.length === 0) return null;
    return { from: context.from, to: context.to, options: options.map((option, i) => completion(option, context, -i / 1000)), validFor: /^[^":]*$/ };
  };
}

function completion(option: Option, context: Context, boost: number): Completion {
  return {
    label: option.label,
    boost,
    ...(option.detail && { detail: option.detail }),
    apply: (view, chosen, from, to) => {
      const before = context.quoted ? '' : '"';
      const end = option.more || (context.quoted && context.complete) ? '' : '"';
      const after = context.isName && !context.complete ? `${end}: ` : end;
      const text = option.template ?? option.label;
      if (option.template?.includes('${')) return snippet(escaped(before + text + after))(view, chosen, from, to);
      const insert = before + text + after;
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, annotations: pickedCompletion.of(chosen), userEvent: 'input.complete' });
      if (option.more) again(view);
    },
  };
}

/** escaped has a template's braces mean themselves, but for those of ${fields}. */
function escaped(template: string): string {
  return template.replace(/(?<!\$)\{/g, '\\{');
}

/** again offers the actions of the service that was chosen. */
function again(view: EditorView): void {
  setTimeout(() => startCompletion(view), 0);
}

/** hovering says what the catalogue has of the action or the condition key that is pointed at. */
export function hovering(catalog: Catalog): HoverTooltipSource {
  return async (view, pos) => {
    const context = contextAt(view.state.doc.toString(), pos);
    if (!context?.quoted || context.text === '') return null;
    const text = await described(context, catalog).catch(() => undefined);
    if (!text) return null;
    return {
      pos: context.from,
      end: context.to,
      create: () => {
        const dom = document.createElement('div');
        dom.textContent = text;
        return { dom };
      },
    };
  };
}

async function described(context: Context, catalog: Catalog): Promise<string | undefined> {
  if (context.kind === 'action') return aboutActions(await expand(catalog, context.text));
  if (context.kind !== 'conditionKey') return undefined;
  const key = findKey(await keysFor(context.actions, catalog), context.text);
  return key ? `${key.name}\n${key.type}` : `${context.text}\nThe catalogue has no such key for these actions.`;
}

const mostNamed = 8;

/** aboutActions says in words what a pattern covers. */
export function aboutActions({ pattern, reach, actions }: Expansion): string {
  switch (reach) {
    case 'every':
      return `${pattern}\nEvery action of every service.`;
    case 'unknown':
      return `${pattern}\nThe catalogue does not have this service.`;
    case 'none':
      return `${pattern}\nNo action of the catalogue fits.`;
  }
  if (actions.length === 1 && !/[*?]/.test(pattern)) {
    const { level, resources } = actions[0]!;
    return `${pattern}\nAccess level: ${level}\n${resources.length > 0 ? `Resources: ${resources.join(', ')}` : 'Has no resource types: Resource must be "*"'}`;
  }
  const lists = byLevel(actions).map((group) => {
    const names = group.actions.map(({ name }) => name);
    return `${group.level}: ${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}`;
  });
  return `${pattern} covers ${actions.length} actions: ${summary(actions)}\n${lists.join('\n')}`;
}
