import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useCall } from '../api/useCall.ts';
import type { VisualCondition } from './builder.ts';
import { catalog } from './catalog.ts';
import { Chosen } from './Chosen.tsx';
import { notOfField } from './ContextEntries.tsx';
import { findKey, keysFor, typeOf } from './complete.ts';
import { operators } from './operators.ts';
import type { Key } from './reference.ts';
import { useRows } from './useRows.ts';

interface ConditionsProps {
  actions: string[];
  conditions: VisualCondition[];
  onChange: (conditions: VisualCondition[]) => void;
}

/** Conditions edits a statement's conditions; all of them must hold. */
export function Conditions({ actions, conditions, onChange }: ConditionsProps) {
  const { data: keys = [] } = useCall(() => keysFor(actions, catalog), [actions]);
  const rows = useRows(conditions.length);
  return (
    <FormField label="Conditions" description={conditions.length === 0 ? 'None: the statement applies to every request for these actions and resources.' : 'All of them must hold.'}>
      <SpaceBetween size="s">
        {conditions.map((condition, i) => (
          <Condition
            key={rows.keys[i]}
            number={i + 1}
            condition={condition}
            keys={keys}
            onChange={(next) => onChange(conditions.with(i, next))}
            onRemove={() => {
              rows.remove(i);
              onChange(conditions.toSpliced(i, 1));
            }}
          />
        ))}
        <Button iconName="add-plus" onClick={() => onChange([...conditions, { operator: 'StringEquals', key: '', values: [] }])}>
          Add a condition
        </Button>
      </SpaceBetween>
    </FormField>
  );
}

interface ConditionProps {
  number: number;
  condition: VisualCondition;
  keys: readonly Key[];
  onChange: (condition: VisualCondition) => void;
  onRemove: () => void;
}

function Condition({ number, condition, keys, onChange, onRemove }: ConditionProps) {
  const [value, setValue] = useState('');
  const set = (changed: Partial<VisualCondition>) => onChange({ ...condition, ...changed });
  const key = findKey(keys, condition.key);
  const type = key && typeOf(key);
  const add = () => {
    if (value !== '' && !condition.values.includes(value)) set({ values: [...condition.values, value] });
    setValue('');
  };
  return (
    <SpaceBetween size="xs">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 4 } }, { colspan: { default: 12, s: 3 } }, { colspan: { default: 10, s: 4 } }, { colspan: { default: 2, s: 1 } }]}>
        <Autosuggest
          ariaLabel={`Key of condition ${number}`}
          ariaLabelledby={notOfField}
          value={condition.key}
          onChange={({ detail }) => set({ key: detail.value.trim() })}
          options={keys.map(({ name, type: own }) => ({ value: name.replace(/\$\{.*\}$/, ''), description: own }))}
          placeholder="aws:SourceIp"
          enteredTextLabel={(text) => `Key ${text}`}
          empty="No key that fits"
        />
        <Autosuggest
          ariaLabel={`Operator of condition ${number}`}
          ariaLabelledby={notOfField}
          value={condition.operator}
          onChange={({ detail }) => set({ operator: detail.value.trim() })}
          options={operators.filter((operator) => type === undefined || operator.type === 'any' || operator.type === type).map(({ name }) => ({ value: name }))}
          filteringType="auto"
          enteredTextLabel={(text) => `Operator ${text}`}
          empty="No operator that fits"
        />
        <Input
          ariaLabel={`Value of condition ${number}`}
          value={value}
          onChange={({ detail }) => setValue(detail.value)}
          onKeyDown={({ detail }) => detail.key === 'Enter' && add()}
          onBlur={add}
          placeholder={type === 'Bool' ? 'true' : type === 'IPAddress' ? '10.0.0.0/8' : 'Value, then Enter'}
        />
        <Button iconName="remove" variant="icon" ariaLabel={`Remove condition ${number}`} onClick={onRemove} />
      </Grid>
      <Chosen what="value" values={condition.values} onChange={(values) => set({ values })} empty="No values yet." />
    </SpaceBetween>
  );
}
