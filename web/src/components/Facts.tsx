import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';

/** narrowest is how narrow a column may be, in pixels: an account's id and a state stand in one line of it, on a phone too. */
const narrowest = 190;

/** Facts are what is so about one thing, each with its name, in as many columns as there is room for. */
export function Facts({ columns, items }: { columns: number; items: KeyValuePairsProps.Item[] }) {
  return <KeyValuePairs columns={columns} minColumnWidth={narrowest} items={items} />;
}
