import { DeletePolicyVersionCommand, type PolicyVersion, SetDefaultPolicyVersionCommand } from '@aws-sdk/client-iam';
import Badge from '@cloudscape-design/components/badge';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { CodeEditor } from '../../editor/CodeEditor.tsx';
import { DiffView } from '../../editor/DiffView.tsx';
import { shown } from '../../editor/json.ts';
import { ReviewModal } from '../../editor/ReviewModal.tsx';
import { documentOf, versionsOf } from './policy.ts';

/** Versions shows a policy's versions: one to read, two side by side; another one to be the default, or old ones to delete. */
export function Versions({ arn, own, onChanged }: { arn: string; own: boolean; onChanged: () => void }) {
  const { data = [], error, loading, reload } = useCall((signal) => versionsOf(arn, signal), [arn]);
  const [selected, setSelected] = useState<PolicyVersion[]>([]);
  const [pending, setPending] = useState<'default' | 'delete'>();
  const [one] = selected;
  const current = data.find(({ IsDefaultVersion }) => IsDefaultVersion);
  const done = (text: string) => {
    flash.success(text);
    setPending(undefined);
    setSelected([]);
    reload();
    onChanged();
  };
  const others = selected.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
  return (
    <SpaceBetween size="m">
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      <Table
        variant="container"
        items={data}
        loading={loading && data.length === 0}
        loadingText="Reading the versions"
        trackBy="VersionId"
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        ariaLabels={{
          tableLabel: 'Versions',
          selectionGroupLabel: 'Select versions',
          allItemsSelectionLabel: () => 'Select all versions',
          itemSelectionLabel: (_, { VersionId = '' }) => `Select version ${VersionId}`,
        }}
        columnDefinitions={[
          { id: 'version', header: 'Version', cell: ({ VersionId }) => VersionId, isRowHeader: true },
          { id: 'default', header: 'Default', cell: ({ IsDefaultVersion }) => IsDefaultVersion && <Badge color="green">Default</Badge> },
          { id: 'created', header: 'Created', cell: ({ CreateDate }) => <Age date={CreateDate} /> },
        ]}
        header={
          <Header
            variant="h2"
            counter={`(${data.length})`}
            description="Select one to read it beside the default one, or two to compare them."
            actions={
              own && (
                <SpaceBetween direction="horizontal" size="xs">
                  <Button disabled={selected.length === 0 || others.length !== selected.length} onClick={() => setPending('delete')}>
                    Delete
                  </Button>
                  <Button disabled={selected.length !== 1 || others.length !== 1} onClick={() => setPending('default')}>
                    Set as default
                  </Button>
                </SpaceBetween>
              )
            }
          >
            Versions
          </Header>
        }
      />
      {selected.length > 0 && <Shown arn={arn} selected={selected} current={current} />}
      {pending === 'default' && one && (
        <DefaultReview arn={arn} from={current} to={one} onDismiss={() => setPending(undefined)} onDone={() => done(`Version ${one.VersionId} is the default one`)} />
      )}
      {pending === 'delete' && (
        <ConfirmDelete
          what={others.length === 1 ? `version ${one?.VersionId}` : `${others.length} versions`}
          phrase="delete"
          onDismiss={() => setPending(undefined)}
          onDelete={async () => {
            for (const { VersionId } of others) await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId }));
            done(others.length === 1 ? `Version ${one?.VersionId} deleted` : `${others.length} versions deleted`);
          }}
        >
          Nobody's access changes: these versions are not in force.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

/** Shown are the one or two versions that are selected, the older on the left. */
function Shown({ arn, selected, current }: { arn: string; selected: PolicyVersion[]; current: PolicyVersion | undefined }) {
  const pair = selected.length === 1 && current && !selected[0]!.IsDefaultVersion ? [selected[0]!, current] : selected.slice(0, 2);
  const ids = pair.toSorted((a, b) => number(a) - number(b)).map(({ VersionId }) => VersionId!);
  const { data, error } = useCall((signal) => Promise.all(ids.map((id) => documentOf(arn, id, signal))), [arn, ids]);
  if (error !== undefined) return <ErrorAlert error={error} />;
  if (!data) return <Spinner />;
  const [before = '', after] = data;
  if (after === undefined) return <CodeEditor value={shown(before)} label={`Version ${ids[0]}`} />;
  return <DiffView before={before} after={after} names={[`Version ${ids[0]}`, `Version ${ids[1]}`]} />;
}

const number = ({ VersionId = '' }: PolicyVersion) => Number(VersionId.slice(1));

interface DefaultReviewProps {
  arn: string;
  from: PolicyVersion | undefined;
  to: PolicyVersion;
  onDone: () => void;
  onDismiss: () => void;
}

function DefaultReview({ arn, from, to, onDone, onDismiss }: DefaultReviewProps) {
  const versionId = to.VersionId!;
  const { data } = useCall((signal) => Promise.all([from?.VersionId ?? versionId, versionId].map((id) => documentOf(arn, id, signal))), [arn, from?.VersionId, versionId]);
  return (
    <ReviewModal
      title={`Make version ${versionId} the default one?`}
      verb="Set as default"
      changes={[{ call: 'SetDefaultPolicyVersion', policyArn: arn, versionId }]}
      {...(data && { texts: { before: data[0]!, after: data[1]! } })}
      onSave={async () => {
        await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: versionId }));
        onDone();
      }}
      onDismiss={onDismiss}
    />
  );
}
