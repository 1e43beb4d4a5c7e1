import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { warder, type AuditFinding, type AuditRemedy, type PreviewRemedyResponse, type RemedyStep } from '../../api/warder.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { useAct } from '../../components/useAct.ts';
import { Excerpt } from './PolicyExcerpt.tsx';
import { Proof } from './Proof.tsx';
import { apply, callText, undo, type Progress } from './remedyCalls.ts';

/** Remedy says how to mend a finding and, where a plan does, shows what it changes, makes it, and takes it back. */
export function Remedy({ finding, onApplied }: { finding: AuditFinding; onApplied: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={finding.mendable ? 'Can be applied from here, with a preview first.' : 'For people to do: no call is right for every account.'}
          actions={finding.mendable && !asked && <Button onClick={() => setAsked(true)}>Preview the remedy</Button>}
        >
          Remedy
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Written remedy={finding.remedy} />
        {asked && <Preview finding={finding} onApplied={onApplied} />}
      </SpaceBetween>
    </Container>
  );
}

function Written({ remedy }: { remedy: AuditRemedy }) {
  const texts = [
    ['Commands', remedy.command],
    ['Changed policy', remedy.patch],
    ['Terraform', remedy.terraform],
  ] as const;
  return (
    <SpaceBetween size="s">
      <Box variant="p">{remedy.text}</Box>
      {texts.map(
        ([name, text]) =>
          text && (
            <ExpandableSection
              key={name}
              headerText={name}
              headerActions={<CopyToClipboard variant="icon" textToCopy={text} copyButtonAriaLabel={`Copy ${name.toLowerCase()}`} copySuccessText="Copied" copyErrorText="Could not be copied" />}
              variant="stacked"
            >
              <Excerpt label={name} text={text} lines={[]} />
            </ExpandableSection>
          ),
      )}
    </SpaceBetween>
  );
}

function Preview({ finding, onApplied }: { finding: AuditFinding; onApplied: () => void }) {
  const preview = useCall((abortSignal) => warder('PreviewRemedy', { findingId: finding.findingId }, { abortSignal }), [finding.findingId]);
  if (preview.error) return <ErrorAlert error={preview.error} onRetry={preview.reload} />;
  if (!preview.data) return <StatusIndicator type="loading">Evaluating what it changes</StatusIndicator>;
  if (!preview.data.mendable) return <Alert header="No plan mends this one">{preview.data.reason}</Alert>;
  return <Plan plan={preview.data} onApplied={onApplied} />;
}

function Plan({ plan, onApplied }: { plan: PreviewRemedyResponse; onApplied: () => void }) {
  const [progress, setProgress] = useState<Progress>();
  const [agreed, setAgreed] = useState(false);
  const [taken, setTaken] = useState(false);
  const { proof, steps } = plan;
  const doubtful = proof !== undefined && (proof.usedIsLost || proof.noEvidence > 0 || proof.notAssessed.length > 0);
  const running = progress !== undefined && progress.done < steps.length && progress.error === undefined;
  const finished = progress?.done === steps.length;

  const run = async () => {
    await apply(steps, setProgress);
    onApplied();
  };
  const { busy, act } = useAct();
  const takeBack = async () => {
    await undo(steps.slice(0, progress?.done));
    setTaken(true);
    flash.success('Taken back', 'What the remedy changed is as it was.');
    onApplied();
  };
  return (
    <SpaceBetween size="l">
      {proof && <Proof proof={proof} />}
      <Steps steps={steps} progress={progress} />
      {progress?.error !== undefined && <ErrorAlert error={progress.error} />}
      {doubtful && !progress && (
        <Checkbox checked={agreed} onChange={({ detail }) => setAgreed(detail.checked)}>
          {proof.usedIsLost ? 'Apply it although something that was used is lost' : 'Apply it without evidence that nothing of it is used'}
        </Checkbox>
      )}
      <SpaceBetween direction="horizontal" size="xs">
        {!progress && (
          <Button variant="primary" disabled={doubtful && !agreed} onClick={() => void run()}>
            {steps.length === 1 ? 'Make the change' : `Make ${steps.length} changes`}
          </Button>
        )}
        {running && <Button loading>Applying</Button>}
        {progress && !running && !taken && progress.done > 0 && <Button loading={busy} onClick={() => act(takeBack)}>Take it back</Button>}
        {finished && !taken && <StatusIndicator>Applied</StatusIndicator>}
        {taken && <StatusIndicator type="stopped">Taken back</StatusIndicator>}
      </SpaceBetween>
    </SpaceBetween>
  );
}

function Steps({ steps, progress }: { steps: RemedyStep[]; progress: Progress | undefined }) {
  return (
    <SpaceBetween size="s">
      <Box variant="h3">Steps</Box>
      <ol>
        {steps.map((step, i) => (
          <li key={i}>
            <SpaceBetween size="xxs">
              <StatusIndicator type={stateOf(i, progress)}>{step.text}</StatusIndicator>
              {step.diff.length > 0 && <Excerpt label={`Lines that step ${i + 1} changes`} text={step.diff.join('\n')} lines={[]} />}
              <Box variant="small">
                Calls <Box variant="code">{callText(step.call)}</Box>
              </Box>
              <Box variant="small">
                {step.undo.length === 0 ? 'There is no way back.' : <>Way back <Box variant="code">{step.undo.map(callText).join('; ')}</Box></>}
              </Box>
            </SpaceBetween>
          </li>
        ))}
      </ol>
    </SpaceBetween>
  );
}

function stateOf(i: number, progress: Progress | undefined) {
  if (!progress || i > progress.done) return 'pending';
  if (i < progress.done) return 'success';
  return progress.error === undefined ? 'in-progress' : 'error';
}
