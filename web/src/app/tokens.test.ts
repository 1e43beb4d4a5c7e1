import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import config from '../../vite.config.ts';

const packages = new URL('../../node_modules/@cloudscape-design/', import.meta.url);
const properties = (file: URL | string) => readFileSync(file, 'utf8').match(/--[a-z0-9-]+/g) ?? [];

/** Of another release than the components', tokens fall back to the light values. */
test('the design tokens that are built in are of the same release as the components', () => {
  const alias = config.resolve?.alias as Record<string, string>;
  const tokens = properties(alias['@cloudscape-design/design-tokens']!);
  const components = new Set(['input', 'alert', 'container', 'table'].flatMap((name) => properties(new URL(`components/${name}/styles.scoped.css`, packages))));
  for (const name of ['--color-text-body-default-', '--color-background-input-default-', '--color-border-divider-default-']) {
    assert.ok(tokens.some((own) => own.startsWith(name) && components.has(own)), name);
  }
});
