import Autosuggest from '@cloudscape-design/components/autosuggest';
import { useMemo, useState } from 'react';

import { kinds } from './look.ts';
import { type AccessMap, labelOf, search } from './model.ts';

const most = 30;

/** MapSearch finds a node by its name or ARN and goes there. */
export function MapSearch({ map, onFound }: { map: AccessMap; onFound: (node: number) => void }) {
  const [text, setText] = useState('');
  const found = useMemo(() => search(map, text, most), [map, text]);
  const go = (value: string) => {
    const node = map.index.get(value) ?? search(map, value, 1)[0];
    if (node === undefined) return;
    setText(labelOf(map, node));
    onFound(node);
  };
  return (
    <Autosuggest
      value={text}
      onChange={({ detail }) => setText(detail.value)}
      onSelect={({ detail }) => go(detail.value)}
      onKeyDown={({ detail }) => {
        if (detail.key === 'Enter') go(text);
      }}
      options={found.map((node) => ({
        value: map.names[node]!,
        label: labelOf(map, node),
        description: map.names[node]!,
        tags: [kinds[map.kinds[node]!].name],
      }))}
      filteringType="manual"
      statusType="finished"
      empty={text ? 'Nothing has that name' : 'A name, or a part of an ARN'}
      placeholder="Find a user, role, policy, …"
      ariaLabel="Find on the map"
      enteredTextLabel={(value) => `Find: "${value}"`}
      expandToViewport
    />
  );
}
