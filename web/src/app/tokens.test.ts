import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const properties = (file: string) => readFileSync(file, 'utf8').match(/--[a-z0-9-]+/g) ?? [];

/** The custom properties' names have a hash that changes with the release. Tokens of another release than the components' fall back to the light values. */
test('the design tokens are of the same release as the components', () => {
  const tokens = properties(require.resolve('@cloudscape-design/design-tokens')).filter((name) => /^--color-(text-body|background-input|border-divider)-default-/.test(name));
  const components = new Set(properties(require.resolve('@cloudscape-design/components').replace(/index\.js$/, 'input/styles.scoped.css')));
  const own = tokens.filter((name) => components.has(name));
  assert.ok(own.length >= 1, `none of ${tokens.join(' ')}`);
});
