import Multiselect from '@cloudscape-design/components/multiselect';
import ColumnLayout from '@cloudscape-design/components/column-layout';

import type { Filter } from './filter.ts';
import { flagNames, kindOrder, kinds, relationOrder, relations } from './look.ts';
import type { AccessMap, Flag, Kind, Relation } from './model.ts';

/** Filters choose what is shown, by what it is and what is remarkable about it. */
export function Filters({ map, filter, onChange }: { map: AccessMap; filter: Filter; onChange: (next: Filter) => void }) {
  const there = new Set(map.kinds);
  const joined = new Set(map.relations);
  const kindOptions = kindOrder.filter((kind) => there.has(kind)).map((kind) => ({ value: kind, label: kinds[kind].plural }));
  const flagOptions = (Object.keys(flagNames) as (Flag | 'findings')[]).map((flag) => ({ value: flag, label: flagNames[flag] }));
  const relationOptions = relationOrder.filter((relation) => joined.has(relation)).map((relation) => ({ value: relation, label: relations[relation].name }));
  return (
    <ColumnLayout columns={3}>
      <Choice what="Kinds" options={kindOptions} chosen={filter.kinds} onChange={(next) => onChange({ ...filter, kinds: next as Kind[] })} />
      <Choice what="Marks" options={flagOptions} chosen={filter.flags} onChange={(next) => onChange({ ...filter, flags: next as Filter['flags'] })} />
      <Choice what="Lines" options={relationOptions} chosen={filter.relations} onChange={(next) => onChange({ ...filter, relations: next as Relation[] })} />
    </ColumnLayout>
  );
}

interface ChoiceProps {
  what: string;
  options: { value: string; label: string }[];
  chosen: readonly string[];
  onChange: (next: string[]) => void;
}

function Choice({ what, options, chosen, onChange }: ChoiceProps) {
  return (
    <Multiselect
      selectedOptions={options.filter(({ value }) => chosen.includes(value))}
      options={options}
      onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value!))}
      placeholder={`${what}: all`}
      ariaLabel={`${what} that are shown`}
      hideTokens={chosen.length > 3}
      tokenLimit={3}
      deselectAriaLabel={({ label }) => `Leave out the choice ${label}`}
      expandToViewport
    />
  );
}
