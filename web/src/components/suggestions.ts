import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';

/** most is how many values of a property are suggested; where there are more, none: nobody reads through them, and drawing them takes time. */
const most = 100;

/** suggestions are the values that a filter offers for properties of rows, where they are few: sites and owners, not names of thousands. */
export function suggestions(rows: readonly Record<string, unknown>[], properties: readonly string[]): PropertyFilterProps.FilteringOption[] {
  return properties.flatMap((propertyKey) => [...few(rows, propertyKey)].map((value) => ({ propertyKey, value })));
}

function few(rows: readonly Record<string, unknown>[], property: string): Set<string> {
  const values = new Set<string>();
  for (const row of rows) {
    const value = row[property];
    if (value !== undefined && value !== '') values.add(String(value));
    if (values.size > most) return new Set();
  }
  return values;
}
