import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useRef } from 'react';

import { to } from '../app/links.ts';
import { exact } from '../components/Age.tsx';
import { ResourceLink } from '../components/ResourceLink.tsx';
import { type AccessMap, labelOf } from './model.ts';
import { type Change, earlier, lastOf, later } from './timeline.ts';
import { useChanges } from './useChanges.ts';

export interface ChangeStepsProps {
  map: AccessMap;
  at: Date | undefined;
  onChange: (at: Date | undefined) => void;
  onSelect: (node: number) => void;
}

/** ChangeSteps says what changed last as of the map's time, and goes to the change before and after. */
export function ChangeSteps({ map, at, onChange, onSelect }: ChangeStepsProps) {
  const newest = useRef(map.revision);
  if (!at) newest.current = map.revision; // a map of the past tells of no new change
  const known = useChanges(newest.current);
  if (!known) return null;
  const { changes, more } = known;
  const last = lastOf(changes, at);
  const [before, after] = [earlier(changes, at), later(changes, at)];
  return (
    <SpaceBetween size="xs" direction="horizontal" alignItems="center">
      <Button iconName="angle-left" disabled={!before} onClick={() => onChange(before)}>
        Change before
      </Button>
      <Button iconName="angle-right" iconAlign="right" disabled={!at} onClick={() => onChange(after)}>
        {at && !after ? 'Now' : 'Change after'}
      </Button>
      <div aria-live="polite" data-testid="map-change">
        {last ? <Told change={last} map={map} onSelect={onSelect} /> : <Box color="text-body-secondary">{more ? 'The changes of that time are older than those that are read here.' : 'The trail has no change before.'}</Box>}
      </div>
    </SpaceBetween>
  );
}

function Told({ change: { id, time, name, caller, about }, map, onSelect }: { change: Change; map: AccessMap; onSelect: (node: number) => void }) {
  const nodes = about.flatMap((arn) => map.index.get(arn) ?? []);
  return (
    <>
      Last change: <Link href={to`/trail/${id}`}>{name}</Link>
      {nodes.map((node) => (
        <span key={node}>
          {' '}
          <Button variant="inline-link" onClick={() => onSelect(node)}>
            {labelOf(map, node)}
          </Button>
        </span>
      ))}
      {`, ${exact(time)}, by `}
      <ResourceLink arn={caller} />
    </>
  );
}
