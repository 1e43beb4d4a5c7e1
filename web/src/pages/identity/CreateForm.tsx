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
  /** What it takes. Each step is done once: after a failure, the next try goes on where that one stopped. */
  steps: () => Step[];
  onTried: () => void;
  onDone: () => void;
  children: ReactNode;
}

/** CreateForm makes something that takes several calls, and says how far it came where one fails. */
export function CreateForm({ submit, cancel, valid, steps, onTried, onDone, children }: CreateFormProps) {
  const [busy, setBusy] = useState(false);
  const [left, setLeft] = useState<Step[]>();
  const [failure, setFailure] = useState<Failure>();
  const [progress, setProgress] = useState(0);
  const go = async () => {
    onTried();
    if (!valid || busy) return;
    const todo = left ?? steps();
    let through = 0;
    setBusy(true);
    setFailure(undefined);
    const failed = await runSteps(todo, (count) => {
      through = count;
      setProgress((100 * count) / todo.length);
    });
    setBusy(false);
    setFailure(failed);
    // With nothing done yet, the form may still be corrected; from then on it only goes on.
    if (failed) setLeft(left || through > 0 ? todo.slice(through) : undefined);
    else onDone();
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
              {left ? 'Go on' : submit}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {children}
          {busy && <ProgressBar value={progress} label="Working" />}
          {failure && (
            <Alert type="error" header={`${failure.step.what}: ${problem(failure.error).title.toLowerCase()}`}>
              {problem(failure.error).message} {left && 'What was done before stays. “Go on” tries again from here.'}
            </Alert>
          )}
        </SpaceBetween>
      </Form>
    </form>
  );
}
