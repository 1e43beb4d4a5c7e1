import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Grid from '@cloudscape-design/components/grid';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useCallback, useMemo, useState } from 'react';

import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { ChangeSteps } from '../../map/ChangeSteps.tsx';
import { Details } from '../../map/Details.tsx';
import { applyFilter } from '../../map/filter.ts';
import { Filters } from '../../map/Filters.tsx';
import { Legend } from '../../map/Legend.tsx';
import { MapSearch } from '../../map/MapSearch.tsx';
import type { AccessMap } from '../../map/model.ts';
import { neighbourhood } from '../../map/model.ts';
import { Stage } from '../../map/Stage.tsx';
import { TimeSlider } from '../../map/TimeSlider.tsx';
import { Twin } from '../../map/Twin.tsx';
import { useFindings } from '../../map/useFindings.ts';
import { useMap } from '../../map/useMap.ts';
import { useMapState } from './useMapState.ts';

/** MapPage shows who can reach what: as a picture, and as its table. */
export function MapPage() {
  const state = useMapState();
  const { map, error, loading, reload } = useMap(state.at);
  return (
    <Page title="Access map" breadcrumbs={[]} description="Who is in what, who can become whom, and who gets in from outside.">
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {loading && error === undefined && (
        <Box textAlign="center" padding="xxl">
          <Spinner size="large" /> Drawing the map
        </Box>
      )}
      {map && <Loaded map={map} state={state} />}
    </Page>
  );
}

function Loaded({ map, state }: { map: AccessMap; state: ReturnType<typeof useMapState> }) {
  const findings = useFindings();
  const [goal, setGoal] = useState<{ node: number; asked: number }>();
  const [reached, setReached] = useState<number[]>();
  const selected = state.selected === undefined ? undefined : map.index.get(state.selected);
  const { around, kinds, flags, relations, view } = state;

  const filter = useMemo(() => ({ kinds, flags, relations, around: around ? selected : undefined }), [kinds, flags, relations, around, selected]);
  const shown = useMemo(() => applyFilter(map, filter, findings.byResource), [map, filter, findings.byResource]);
  const lit = useMemo(() => {
    if (selected === undefined) return undefined;
    if (!reached) return { nodes: neighbourhood(map, selected), edges: new Set(map.edgesOf[selected]) };
    const nodes = new Set([selected, ...reached]);
    return { nodes, edges: new Set([...nodes].flatMap((node) => map.edgesOf[node]!.filter((edge) => nodes.has(map.from[edge]!) && nodes.has(map.to[edge]!)))) };
  }, [map, selected, reached]);
  const pulsing = useMemo(() => [...findings.fresh].flatMap((arn) => map.index.get(arn) ?? []), [findings.fresh, map]);

  const { select: selectName } = state;
  const select = useCallback((node: number | undefined) => selectName(node === undefined ? undefined : map.names[node]), [map, selectName]);
  const find = useCallback(
    (node: number) => {
      select(node);
      setGoal((before) => ({ node, asked: (before?.asked ?? 0) + 1 }));
    },
    [select],
  );

  return (
    <SpaceBetween size="m">
      <State map={map} past={state.at !== undefined} missing={state.selected !== undefined && selected === undefined} />
      <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
        <MapSearch map={map} onFound={find} />
        <SegmentedControl
          label="Picture or table"
          selectedId={view}
          onChange={({ detail }) => state.setView(detail.selectedId as 'picture' | 'table')}
          options={[
            { id: 'picture', text: 'Picture' },
            { id: 'table', text: 'Table' },
          ]}
        />
      </Grid>
      <Filters map={map} filter={filter} onChange={state.setFilter} />
      <Grid gridDefinition={selected === undefined ? [{ colspan: 12 }] : [{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
        {view === 'picture' ? (
          <Container disableContentPaddings footer={<Legend />}>
            <Stage map={map} shown={shown} lit={lit} selected={selected} findings={findings.byResource} pulsing={pulsing} onSelect={select} goal={goal} />
          </Container>
        ) : (
          <Twin map={map} shown={shown} findings={findings.byResource} onSelect={find} />
        )}
        {selected !== undefined && (
          <Details
            map={map}
            node={selected}
            findings={findings.byResource}
            present={state.at === undefined}
            around={around}
            onAround={state.setAround}
            onSelect={(node) => (node === undefined ? select(node) : find(node))}
            onReached={setReached}
          />
        )}
      </Grid>
      <TimeSlider since={map.since} at={state.at} onChange={state.setAt} />
      <ChangeSteps map={map} at={state.at} onChange={state.setAt} onSelect={find} />
    </SpaceBetween>
  );
}

/** State says what the reader has to know of the map as a whole. */
function State({ map, past, missing }: { map: AccessMap; past: boolean; missing: boolean }) {
  return (
    <>
      {!map.analysed && (
        <Alert type="info">
          <Spinner /> The account is being analysed: administrators, steps and access from outside come in a moment.
        </Alert>
      )}
      {map.truncated && <Alert type="warning">The account has more than fits: some of it is not on the map.</Alert>}
      {missing && <Alert type="info">{past ? 'What was chosen did not exist at this time.' : 'What was chosen is not on the map.'}</Alert>}
      {past && map.unknown.length > 0 && (
        <ExpandableSection headerText={`What is not known of this time (${map.unknown.length})`} variant="container">
          <ul>
            {map.unknown.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </ExpandableSection>
      )}
    </>
  );
}
