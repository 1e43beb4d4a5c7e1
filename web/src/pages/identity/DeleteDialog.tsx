import Alert from '@cloudscape-design/components/alert';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { problem } from '../../api/errors.ts';
import { useCall } from '../../api/useCall.ts';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { type Failure, inParallel, runSteps, type Step } from './steps.ts';

export interface DeleteDialogProps {
  /** What one is called: "user", and several. */
  noun: [string, string];
  names: readonly string[];
  /** What it takes to delete one, the last step being itself. */
  removal: (name: string) => Promise<Step[]>;
  /** Some were deleted, or parts of them: what is shown behind is out of date. */
  onPartly: () => void;
  /** With whether all were deleted. */
  onDismiss: (deleted: boolean) => void;
}

interface Plan {
  name: string;
  steps: Step[];
}

/**
 * DeleteDialog deletes users, groups or roles with what hangs on them. It names that first, shows how far it is, and says what
 * failed; what failed for one does not keep it from the others.
 */
export function DeleteDialog({ noun, names, removal, onPartly, onDismiss }: DeleteDialogProps) {
  const plans = useCall(() => inParallel(names, async (name): Promise<Plan> => ({ name, steps: await removal(name) })), [names]);
  const [done, setDone] = useState<number>();
  const [failures, setFailures] = useState<(Failure & { name: string })[]>([]);
  const total = plans.data?.reduce((sum, { steps }) => sum + steps.length, 0) ?? 0;
  const what = names.length === 1 ? `${noun[0]} ${names[0]}` : `${names.length} ${noun[1]}`;

  const remove = async () => {
    const failed: typeof failures = [];
    let before = 0;
    setDone(0);
    setFailures([]);
    for (const { name, steps } of plans.data ?? []) {
      const failure = await runSteps(steps, (count) => setDone(before + count));
      before += steps.length;
      if (failure) failed.push({ ...failure, name });
    }
    setFailures(failed);
    setDone(undefined);
    if (failed.length > 0) {
      onPartly();
      plans.reload(); // what was done is not there any more
      return;
    }
    flash.success(`Deleted ${what}`);
    onDismiss(true);
  };
  return (
    <ConfirmDelete what={what} phrase={names.length === 1 ? names[0]! : 'delete'} ready={plans.data !== undefined && !plans.loading} onDelete={remove} onDismiss={() => onDismiss(false)}>
      <SpaceBetween size="s">
        {plans.loading && <StatusIndicator type="loading">Looking for what hangs on {names.length === 1 ? 'it' : 'them'}</StatusIndicator>}
        <ErrorAlert error={plans.error} onRetry={plans.reload} />
        {plans.data?.map((plan) => <Hanging key={plan.name} {...plan} single={names.length === 1} />)}
        {done !== undefined && <ProgressBar value={(100 * done) / Math.max(total, 1)} label="Deleting" additionalInfo={`${done} of ${total} steps`} />}
        {failures.map(({ name, step, error }) => (
          <Alert key={name} type="error" header={`${noun[0]} ${name} is still there`}>
            {step.what}: {problem(error).message}
          </Alert>
        ))}
      </SpaceBetween>
    </ConfirmDelete>
  );
}

/** Hanging names what goes with one. */
function Hanging({ name, steps, single }: Plan & { single: boolean }) {
  const hanging = steps.slice(0, -1);
  if (hanging.length === 0) return single ? <>Nothing hangs on it.</> : null;
  const title = single ? 'What goes with it' : name;
  return (
    <ExpandableSection headerText={title} headerCounter={`(${hanging.length})`} defaultExpanded={single && hanging.length <= 10}>
      <ul>
        {hanging.map((step) => (
          <li key={step.what}>{step.what}</li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
