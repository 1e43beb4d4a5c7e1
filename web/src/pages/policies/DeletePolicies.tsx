import Alert from '@cloudscape-design/components/alert';
import Spinner from '@cloudscape-design/components/spinner';

import { useCall } from '../../api/useCall.ts';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { ChangePreview } from '../../editor/ChangePreview.tsx';
import { change } from '../../editor/holder.ts';
import { holdersOf, nameOf, removePolicy, versionsOf } from './policy.ts';

/** DeletePolicies deletes policies of the account, with what hangs on them: versions, and attachments. A boundary stays. */
export function DeletePolicies({ arns, onDeleted, onDismiss }: { arns: string[]; onDeleted: () => void; onDismiss: () => void }) {
  const { data, error } = useCall(
    (signal) =>
      Promise.all(
        arns.map(async (arn) => ({
          arn,
          holders: await holdersOf(arn, 'PermissionsPolicy', signal),
          bounded: await holdersOf(arn, 'PermissionsBoundary', signal),
          versions: (await versionsOf(arn, signal)).length,
        })),
      ),
    [arns],
  );
  const single = arns.length === 1;
  const bounds = data?.some(({ bounded }) => bounded.length > 0);
  const changes = data?.flatMap(({ arn, holders }) => holders.map((holder) => change(holder, 'Detach', { policyArn: arn }))) ?? [];
  const remove = async () => {
    if (!data || bounds) throw new Error('A policy that is a permissions boundary cannot be deleted: remove it from the users and roles first.');
    for (const { arn, holders } of data) await removePolicy(arn, holders);
    flash.success(single ? `Policy ${nameOf(arns[0]!)} deleted` : `${arns.length} policies deleted`);
    onDeleted();
  };
  return (
    <ConfirmDelete what={single ? `policy ${nameOf(arns[0]!)}` : `${arns.length} policies`} phrase={single ? nameOf(arns[0]!) : 'delete'} onDelete={remove} onDismiss={onDismiss}>
      {error !== undefined && <ErrorAlert error={error} />}
      {!data && error === undefined && <Spinner />}
      {data && (
        <ul>
          {data.map(({ arn, holders, bounded, versions }) => (
            <li key={arn}>
              {nameOf(arn)}: {versions} {versions === 1 ? 'version' : 'versions'}
              {holders.length > 0 && `, detached from ${listed(holders)}`}
              {bounded.length > 0 && `, is the permissions boundary of ${listed(bounded)}`}
            </li>
          ))}
        </ul>
      )}
      {bounds && <Alert type="error">A policy that is a permissions boundary cannot be deleted. Remove it from the users and roles first.</Alert>}
      {changes.length > 0 && changes.length <= 10 && <ChangePreview changes={changes} />}
    </ConfirmDelete>
  );
}

const mostListed = 10;

function listed(holders: { kind: string; name: string }[]): string {
  const names = holders.slice(0, mostListed).map(({ kind, name }) => `${kind} ${name}`);
  return names.join(', ') + (holders.length > mostListed ? ` and ${holders.length - mostListed} more` : '');
}
