import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';

/**
 * A table's filter as it stands in a URL: one parameter f for each token, "NAME OPERATOR VALUE" without the spaces, a free text
 * without name and with its operator first; and or=1 where one token is enough. For example ?f=name:ali&f=tag:team=blue.
 */
type Query = PropertyFilterProps.Query;

const operators = ['!:', '!=', '!^', '>=', '<=', ':', '=', '^', '<', '>'] as const;

export function writeFilter({ tokens, operation }: Query, into: URLSearchParams): void {
  into.delete('f');
  into.delete('or');
  for (const { propertyKey = '', operator, value } of tokens) into.append('f', propertyKey + operator + String(value));
  if (operation === 'or' && tokens.length > 1) into.set('or', '1');
}

/** readFilter leaves out what names no property of these, longest first: "tag:team" is a property where "tag" is one too. */
export function readFilter(from: URLSearchParams, properties: readonly string[]): Query {
  const names = ['', ...properties].toSorted((a, b) => b.length - a.length);
  const tokens = from.getAll('f').flatMap((text) => {
    for (const name of names) {
      if (!text.startsWith(name)) continue;
      const operator = operators.find((one) => text.startsWith(one, name.length));
      if (operator) return [{ propertyKey: name || undefined, operator, value: text.slice(name.length + operator.length) }];
    }
    return [];
  });
  return { tokens, operation: from.get('or') ? 'or' : 'and' };
}
