import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { catalog } from './catalog.ts';
import { Chosen } from './Chosen.tsx';
import { findKey, keysFor, typeOf } from './complete.ts';
import { type Entry, wrong } from './entries.ts';
import type { Key } from './reference.ts';
import { useRows } from './useRows.ts';

export interface ContextEntriesProps {
  /** What is asked about: its service's keys are offered. */
  action: string;
  entries: Entry[];
  onChange: (entries: Entry[]) => void;
  /** Keys that the policies mention and the request does not have. */
  suggested?: readonly string[];
}

/** ContextEntries edits the condition keys of a request, each with an input that fits its type. */
export function ContextEntries({ action, entries, onChange, suggested = [] }: ContextEntriesProps) {
  const { data: keys = [] } = useCall(() => keysFor([action], catalog), [action]);
  const rows = useRows(entries.length);
  const add = (key: string) => onChange([...entries, { ...typed(keys, key), values: [] }]);
  const offered = suggested.filter((key) => !entries.some((entry) => entry.key.toLowerCase() === key.toLowerCase()));
  return (
    <FormField label="Condition keys" description="What the request says beside who, what and on what. A key that is not here is absent.">
      <SpaceBetween size="xs">
        {entries.map((entry, i) => (
          <EntryRow
            key={rows.keys[i]}
            number={i + 1}
            entry={entry}
            keys={keys}
            onChange={(next) => onChange(entries.with(i, next))}
            onRemove={() => {
              rows.remove(i);
              onChange(entries.toSpliced(i, 1));
            }}
          />
        ))}
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="add-plus" formAction="none" onClick={() => add('')}>
            Add a condition key
          </Button>
          {offered.map((key) => (
            <Button key={key} iconName="add-plus" formAction="none" onClick={() => add(key)}>
              {key}
            </Button>
          ))}
        </SpaceBetween>
      </SpaceBetween>
    </FormField>
  );
}

/** typed is a key with the type that the catalogue gives it; a text where it has none. */
function typed(keys: readonly Key[], key: string): Omit<Entry, 'values'> {
  const found = findKey(keys, key);
  return { key, type: found ? typeOf(found) || 'String' : 'String', list: found?.type.startsWith('ArrayOf') ?? false };
}

const bools = [{ value: 'true' }, { value: 'false' }];

interface EntryRowProps {
  number: number;
  entry: Entry;
  keys: readonly Key[];
  onChange: (entry: Entry) => void;
  onRemove: () => void;
}

function EntryRow({ number, entry, keys, onChange, onRemove }: EntryRowProps) {
  const [value, setValue] = useState(entry.list ? '' : (entry.values[0] ?? ''));
  const [touched, setTouched] = useState(false);
  const error = value !== '' && touched ? wrong(entry.type, value) : undefined;
  const keep = (text: string) => {
    setTouched(true);
    if (text === '' || wrong(entry.type, text)) return entry.list ? undefined : onChange({ ...entry, values: [] });
    if (!entry.list) return onChange({ ...entry, values: [text] });
    if (!entry.values.includes(text)) onChange({ ...entry, values: [...entry.values, text] });
    setValue('');
  };
  return (
    <SpaceBetween size="xxs">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 6 } }, { colspan: { default: 10, s: 5 } }, { colspan: { default: 2, s: 1 } }]}>
        <Autosuggest
          ariaLabel={`Name of condition key ${number}`}
          ariaLabelledby={notOfField}
          value={entry.key}
          onChange={({ detail }) => onChange({ ...entry, ...typed(keys, detail.value.trim()) })}
          options={keys.map(({ name, type }) => ({ value: name.replace(/\$\{.*\}$/, ''), description: type }))}
          placeholder="aws:SourceIp"
          enteredTextLabel={(text) => `Key ${text}`}
          empty="No key that fits"
        />
        {entry.type === 'Bool' && !entry.list ? (
          <Select
            ariaLabel={`Value of condition key ${number}`}
            ariaLabelledby={notOfField}
            selectedOption={bools.find((option) => option.value === entry.values[0]?.toLowerCase()) ?? null}
            options={bools}
            placeholder="true or false"
            onChange={({ detail }) => onChange({ ...entry, values: [detail.selectedOption.value!] })}
          />
        ) : (
          <FormField errorText={error} constraintText={entry.type + (entry.list ? ', several' : '')}>
            <Input
              ariaLabel={`Value of condition key ${number}`}
              value={value}
              inputMode={entry.type === 'Numeric' ? 'decimal' : 'text'}
              placeholder={placeholders[entry.type] ?? 'Value'}
              onChange={({ detail }) => {
                setValue(detail.value);
                if (!entry.list) onChange({ ...entry, values: detail.value === '' || wrong(entry.type, detail.value) ? [] : [detail.value] });
              }}
              onBlur={() => keep(value)}
              onKeyDown={(event) => {
                if (event.detail.key !== 'Enter') return;
                event.preventDefault(); // of a form around it
                keep(value);
              }}
            />
          </FormField>
        )}
        <Button iconName="remove" variant="icon" formAction="none" ariaLabel={`Remove condition key ${number}`} onClick={onRemove} />
      </Grid>
      {entry.list && <Chosen what="value" values={entry.values} onChange={(values) => onChange({ ...entry, values })} empty="No values yet: type one and press Enter." />}
    </SpaceBetween>
  );
}

/** notOfField keeps a control's own name: in a FormField of several it would have the field's, like all others. */
export const notOfField = '';

const placeholders: Record<string, string> = {
  IPAddress: '192.0.2.7',
  Date: '2030-01-31T12:00:00Z',
  Numeric: '3600',
  ARN: 'arn:aws:iam::111122223333:user/alice',
};
