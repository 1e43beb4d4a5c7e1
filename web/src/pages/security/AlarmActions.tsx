import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { warder, type Alarm } from '../../api/warder.ts';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { useAct } from '../../components/useAct.ts';
import { isMuted } from './alarmState.tsx';

type Kind = 'acknowledge' | 'resolve' | 'mute';

const words: Record<Kind, { verb: string; done: string; hint: string }> = {
  acknowledge: { verb: 'Acknowledge', done: 'acknowledged', hint: 'Somebody looks at it. It stays open, and further events count.' },
  resolve: { verb: 'Resolve', done: 'resolved', hint: 'It is over. The next event raises it again.' },
  mute: { verb: 'Mute', done: 'muted', hint: 'Nobody is told of it until then. It stays in the list.' },
};

const spans = [
  { value: '1', label: '1 hour' },
  { value: '8', label: '8 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
];

/** AlarmActions are what can be done with alarms: one, or several at once. */
export function AlarmActions({ alarms, onDone }: { alarms: Alarm[]; onDone: () => void }) {
  const [kind, setKind] = useState<Kind>();
  const none = alarms.length === 0;
  const muted = alarms.filter((alarm) => isMuted(alarm, new Date()));
  const { act } = useAct();
  const unmute = () =>
    act(async () => {
      for (const { alarmId } of muted) await warder('UnmuteAlarm', { alarmId }).finally(onDone);
      flash.success(`${counted(muted.length)} no longer muted`);
    });
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button disabled={none || alarms.every(({ state }) => state !== 'RAISED')} onClick={() => setKind('acknowledge')}>
          Acknowledge
        </Button>
        <Button disabled={none || alarms.every(({ state }) => state === 'RESOLVED')} onClick={() => setKind('resolve')}>
          Resolve
        </Button>
        {muted.length > 0 && muted.length === alarms.length ? (
          <Button onClick={unmute}>Unmute</Button>
        ) : (
          <Button disabled={none} onClick={() => setKind('mute')}>
            Mute
          </Button>
        )}
      </SpaceBetween>
      {kind && <Ask kind={kind} alarms={alarms} onDismiss={() => setKind(undefined)} onDone={onDone} />}
    </>
  );
}

function counted(n: number): string {
  return n === 1 ? '1 alarm' : `${n} alarms`;
}

interface AskProps {
  kind: Kind;
  alarms: Alarm[];
  onDismiss: () => void;
  onDone: () => void;
}

/** Ask takes the note, or the reason and the time, and makes the calls. */
function Ask({ kind, alarms, onDismiss, onDone }: AskProps) {
  const [note, setNote] = useState('');
  const [hours, setHours] = useState('24');
  const { verb, done, hint } = words[kind];
  const call = async () => {
    for (const { alarmId } of alarms) await request(kind, alarmId, note.trim(), Number(hours)).finally(onDone);
    flash.success(`${counted(alarms.length)} ${done}`);
  };
  return (
    <FormDialog
      title={`${verb} ${alarms.length === 1 ? 'the alarm' : counted(alarms.length)}`}
      verb={verb}
      disabled={kind === 'mute' && note.trim() === ''}
      onSubmit={call}
      onDismiss={onDismiss}
    >
      <Box>{hint}</Box>
      <FormField label={kind === 'mute' ? 'Reason' : 'Note – optional'} description="Kept with the alarm, for whoever looks next." constraintText="Up to 500 characters.">
        <Input value={note} onChange={({ detail }) => setNote(detail.value.slice(0, 500))} autoComplete={false} />
      </FormField>
      {kind === 'mute' && (
        <FormField label="For">
          <Select
            selectedOption={spans.find(({ value }) => value === hours) ?? null}
            options={spans}
            onChange={({ detail }) => setHours(detail.selectedOption.value ?? '24')}
          />
        </FormField>
      )}
    </FormDialog>
  );
}

async function request(kind: Kind, alarmId: string, text: string, hours: number): Promise<void> {
  const note = text === '' ? undefined : text;
  if (kind === 'acknowledge') await warder('AcknowledgeAlarm', { alarmId, note });
  else if (kind === 'resolve') await warder('ResolveAlarm', { alarmId, note });
  else await warder('MuteAlarm', { alarmId, reason: text, until: new Date(Date.now() + hours * 3_600_000).toISOString() });
}
