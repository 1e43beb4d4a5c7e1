import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';

import { problem } from '../../api/errors.ts';
import { type Failure, runSteps, type Step } from './steps.ts';

export interface CreateFormProps {
  submit: string;
  cancel: string;
  valid: boolean;
  /** What it takes, as the form says it now: the first makes the thing. After a failure, the next try does what was not done. */
  steps: () => Step[];
  onTried: () => void;
  onDone: () => void;
  children: ReactNode;
}

/** CreateForm makes something that takes several calls, and says how far it came where one fails. */
export function CreateForm({ submit, cancel, valid, steps, onTried, onDone, children }: CreateFormProps) {
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<Failure>();
  const [progress, setProgress] = useState(0);
  const go = async () => {
    onTried();
    if (!valid || busy) return;
    const all = steps();
    // Under another name it is another thing, of which nothing is there.
    const before = all[0]!.what === done[0] ? done : [];
    const left = all.filter(({ what }) => !before.includes(what));
    setBusy(true);
    setFailure(undefined);
    const failed = await runSteps(left, (count) => {
      setDone([...before, ...left.slice(0, count).map(({ what }) => what)]);
      setProgress((100 * (before.length + count)) / all.length);
    });
    setBusy(false);
    setFailure(failed);
    if (!failed) onDone();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void go();
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" href={cancel} formAction="none">
              Cancel
            </Button>
            <Button variant="primary" loading={busy}>
              {done.length > 0 ? 'Go on' : submit}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {children}
          {busy && <ProgressBar value={progress} label="Working" />}
          {failure && (
            <Alert type="error" header={`${failure.step.what}: ${problem(failure.error).title.toLowerCase()}`}>
              {problem(failure.error).message} {done.length > 0 && 'What was done before stays. “Go on” does what is left, as the form says it now.'}
            </Alert>
          )}
        </SpaceBetween>
      </Form>
    </form>
  );
}
