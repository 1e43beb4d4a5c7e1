/** Entry is a condition key of a request, with its values as texts. */
export interface Entry {
  key: string;
  /** The catalogue's type of one value: String, ARN, Bool, Numeric, Date, IPAddress, Binary. */
  type: string;
  /** The key has a list of values. */
  list: boolean;
  values: string[];
}

/** wrong says what is wrong with a value of a type; undefined where nothing is. */
export function wrong(type: string, value: string): string | undefined {
  switch (type) {
    case 'Bool':
      return /^(true|false)$/i.test(value) ? undefined : 'true or false';
    case 'Numeric':
      return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(value) ? undefined : 'A number, such as 3 or 0.5';
    case 'Date':
      return /^\d+$/.test(value) || (/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(value) && !Number.isNaN(Date.parse(value)))
        ? undefined
        : 'A date, such as 2030-01-31T12:00:00Z';
    case 'IPAddress':
      return /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)(\/\d{1,3})?$/i.test(value) ? undefined : 'An address, such as 192.0.2.7';
    case 'ARN':
      return /^arn:[^:]*:[^:]+:[^:]*:[^:]*:.+$/.test(value) ? undefined : 'An ARN, such as arn:aws:iam::111122223333:user/alice';
    default:
      return undefined;
  }
}

/** context are entries as the authorization API wants them: JSON values by key. */
export function context(entries: readonly Entry[]): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const { key, type, list, values } of entries) {
    if (key === '' || values.length === 0) continue;
    const typed = values.map((value) => (type === 'Bool' ? value.toLowerCase() === 'true' : type === 'Numeric' ? Number(value) : value));
    all[key] = list || typed.length > 1 ? typed : typed[0];
  }
  return all;
}

/** writeEntries puts entries into a URL: one parameter c for each value, "TYPE KEY=VALUE", or "TYPE[] KEY=VALUE" for a list. */
export function writeEntries(entries: readonly Entry[], into: URLSearchParams): void {
  into.delete('c');
  for (const { key, type, list, values } of entries) {
    for (const value of values) into.append('c', `${type}${list ? '[]' : ''} ${key}=${value}`);
  }
}

/** readEntries reads what writeEntries wrote; what is none of it is left out. "KEY=VALUE" alone is a text. */
export function readEntries(from: URLSearchParams): Entry[] {
  const entries = new Map<string, Entry>();
  for (const text of from.getAll('c')) {
    const found = /^(?:([A-Za-z]+)(\[\])? )?([^= ]+)=(.*)$/s.exec(text);
    if (!found) continue;
    const [, type = 'String', list, key = '', value = ''] = found;
    const entry = entries.get(key) ?? { key, type, list: list !== undefined, values: [] };
    entry.values.push(value);
    entries.set(key, entry);
  }
  return [...entries.values()];
}
