import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';

import { CopyArn } from '../components/CopyArn.tsx';
import { hrefOf } from '../components/ResourceLink.tsx';
import { flagNames, kinds, relationOrder, relations } from './look.ts';
import { type AccessMap, type Kind, labelOf, other } from './model.ts';
import { Reach, type Question } from './Reach.tsx';
import { KindSymbol } from './Symbol.tsx';
import style from './map.module.css';

/** most is how many lines of one node are listed; the others are in the picture. */
const most = 60;

const canAct: Kind[] = ['user', 'role', 'root', 'service', 'account', 'outsider'];
/** Kinds that have a page in this account. */
const owned: Kind[] = ['user', 'group', 'role', 'policy', 'aws-policy', 'root'];

const canBeReached: Kind[] = ['user', 'role', 'group', 'policy', 'resource', 'root'];

export interface DetailsProps {
  map: AccessMap;
  node: number;
  findings: ReadonlyMap<string, number>;
  /** Whether the map is that of now: reach is. */
  present: boolean;
  around: boolean;
  onAround: (around: boolean) => void;
  onSelect: (node: number | undefined) => void;
  /** Nodes that an answer about reach names. */
  onReached: (nodes: number[] | undefined) => void;
}

/** Details is a node, whatever it has a line to, and who can reach it or what it can reach. */
export function Details({ map, node, findings, present, around, onAround, onSelect, onReached }: DetailsProps) {
  const name = map.names[node]!;
  const kind = map.kinds[node]!;
  const [question, setQuestion] = useState<Question>();
  useEffect(() => setQuestion(undefined), [name]);
  const count = findings.get(name) ?? 0;
  const page = owned.includes(kind) ? hrefOf(name) : undefined;
  return (
    <div data-testid="map-details">
      <Container
        header={
          <Header
            variant="h2"
            description={kinds[kind].name}
            actions={<Button iconName="close" variant="icon" ariaLabel="Close the details" onClick={() => onSelect(undefined)} />}
          >
            <span className={style.symbolled} data-testid="map-selected">
              <KindSymbol kind={kind} />
              {page ? <Link href={page}>{labelOf(map, node)}</Link> : labelOf(map, node)}
            </span>
          </Header>
        }
      >
        <SpaceBetween size="m">
          <CopyArn arn={name} what={name.startsWith('arn:') ? 'ARN' : 'name'} />
          {(map.flags[node]!.length > 0 || count > 0) && (
            <SpaceBetween size="xs" direction="horizontal">
              {map.flags[node]!.map((flag) => (
                <Badge key={flag} color={flag === 'unused' || flag === 'conditional' ? 'grey' : 'red'}>
                  {flagNames[flag]}
                </Badge>
              ))}
              {count > 0 && <Badge color="red">{`${count} ${count === 1 ? 'finding' : 'findings'}`}</Badge>}
            </SpaceBetween>
          )}
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={() => onAround(!around)}>{around ? 'Show the whole map' : 'Only its neighbourhood'}</Button>
            {present && canBeReached.includes(kind) && <Button onClick={() => setQuestion({ to: name })}>Who can reach this</Button>}
            {present && canAct.includes(kind) && <Button onClick={() => setQuestion({ from: name })}>What can this reach</Button>}
          </SpaceBetween>
          {question ? (
            <Reach map={map} question={question} onClose={() => setQuestion(undefined)} onSelect={onSelect} onReached={onReached} />
          ) : (
            <Lines map={map} node={node} onSelect={onSelect} />
          )}
        </SpaceBetween>
      </Container>
    </div>
  );
}

function Lines({ map, node, onSelect }: { map: AccessMap; node: number; onSelect: (node: number) => void }) {
  const edges = map.edgesOf[node]!.toSorted((a, b) => relationOrder.indexOf(map.relations[a]!) - relationOrder.indexOf(map.relations[b]!));
  if (edges.length === 0) return <Box color="text-body-secondary">It has no line to anything.</Box>;
  return (
    <div>
      <Box variant="h3">Lines ({edges.length.toLocaleString('en')})</Box>
      <ul className={style.neighbours} aria-label="Lines">
        {edges.slice(0, most).map((edge) => {
          const end = other(map, edge, node);
          const look = relations[map.relations[edge]!];
          const note = map.notes[edge];
          return (
            <li key={edge}>
              {map.from[edge] === node ? look.out : look.in}{' '}
              <Button variant="inline-link" onClick={() => onSelect(end)}>
                {labelOf(map, end)}
              </Button>
              {note && <Box variant="small" display="block">{`${note.title}${note.requirements.length > 0 ? `, only ${note.requirements.join(' and ')}` : ''}`}</Box>}
            </li>
          );
        })}
      </ul>
      {edges.length > most && <Box variant="small">{`${(edges.length - most).toLocaleString('en')} more are not listed.`}</Box>}
    </div>
  );
}
