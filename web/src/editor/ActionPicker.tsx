import Autosuggest from '@cloudscape-design/components/autosuggest';
import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { catalog } from './catalog.ts';
import { Chosen } from './Chosen.tsx';
import { byLevel, matches, type Service, split } from './reference.ts';

/** ActionPicker chooses a statement's actions: by service and access level, one by one, or as a pattern. */
export function ActionPicker({ actions, onChange }: { actions: string[]; onChange: (actions: string[]) => void }) {
  const [typed, setTyped] = useState(split(actions[0] ?? '')[0]);
  const [pattern, setPattern] = useState('');
  const services = useCall(() => catalog.services(), []);
  const service = useCall(() => catalog.service(typed), [typed]);
  const add = (text: string) => {
    if (text !== '' && !actions.includes(text)) onChange([...actions, text]);
    setPattern('');
  };
  return (
    <SpaceBetween size="s">
      <FormField label="Service" errorText={services.error !== undefined && 'The list of services cannot be read; type the prefix.'}>
        <Autosuggest
          value={typed}
          onChange={({ detail }) => setTyped(detail.value.trim().toLowerCase())}
          options={services.data?.map(({ prefix, name }) => ({ value: prefix, description: name })) ?? []}
          placeholder="s3"
          enteredTextLabel={(value) => `Service ${value}`}
          empty="No such service in the catalogue"
          statusType={services.loading ? 'loading' : 'finished'}
        />
      </FormField>
      {service.error !== undefined && <ErrorAlert error={service.error} />}
      {service.data && <ServiceActions service={service.data} actions={actions} onChange={onChange} />}
      <FormField label="Action, or a pattern of actions" description="Such as s3:GetObject or s3:Get*. Press Enter to add it.">
        <Autosuggest
          value={pattern}
          onChange={({ detail }) => setPattern(detail.value.trim())}
          onSelect={({ detail }) => add(detail.value)}
          onKeyDown={({ detail }) => detail.key === 'Enter' && add(pattern)}
          onBlur={() => pattern.includes(':') && add(pattern)}
          options={service.data?.actions.map(({ name, level }) => ({ value: `${service.data!.prefix}:${name}`, description: level })) ?? []}
          enteredTextLabel={(value) => `Add ${value}`}
          empty="No action that fits"
        />
      </FormField>
      <Chosen what="action" values={actions} onChange={onChange} empty="No actions yet." />
    </SpaceBetween>
  );
}

function ServiceActions({ service, actions, onChange }: { service: Service; actions: string[]; onChange: (actions: string[]) => void }) {
  const own = actions.filter((action) => split(action)[0].toLowerCase() === service.prefix);
  const covers = (name: string) => own.some((pattern) => matches(split(pattern)[1] ?? '', name));
  const exact = (name: string) => own.some((action) => split(action)[1]?.toLowerCase() === name.toLowerCase());
  const full = (name: string) => `${service.prefix}:${name}`;
  const set = (names: string[], on: boolean) => {
    const lower = new Set(names.map((name) => full(name).toLowerCase()));
    const rest = actions.filter((action) => !lower.has(action.toLowerCase()));
    onChange(on ? [...actions, ...names.filter((name) => !covers(name)).map(full)] : rest);
  };
  return (
    <SpaceBetween size="xs">
      <Checkbox checked={covers('*') && own.some((action) => split(action)[1] === '*')} onChange={({ detail }) => (detail.checked ? onChange([...actions, full('*')]) : onChange(actions.filter((a) => a !== full('*'))))}>
        Every action of {service.prefix} ({full('*')})
      </Checkbox>
      {byLevel(service.actions).map(({ level, actions: group }) => {
        const names = group.map(({ name }) => name);
        const on = names.filter(covers).length;
        return (
          <ExpandableSection key={level} headerText={`${level} (${on}/${names.length})`}>
            <SpaceBetween size="xs">
              <Checkbox checked={on === names.length} indeterminate={on > 0 && on < names.length} onChange={({ detail }) => set(names, detail.checked)}>
                All {names.length} of {level}
              </Checkbox>
              <ColumnLayout columns={3} minColumnWidth={220}>
                {names.map((name) => (
                  <Checkbox key={name} checked={covers(name)} disabled={covers(name) && !exact(name)} onChange={({ detail }) => set([name], detail.checked)}>
                    {name}
                  </Checkbox>
                ))}
              </ColumnLayout>
              {names.some((name) => covers(name) && !exact(name)) && (
                <Box variant="small">Some are covered by a pattern: remove the pattern to choose one by one.</Box>
              )}
            </SpaceBetween>
          </ExpandableSection>
        );
      })}
    </SpaceBetween>
  );
}
