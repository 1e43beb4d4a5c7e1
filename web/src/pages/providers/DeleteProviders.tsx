import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useCall } from '../../api/useCall.ts';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { gone } from '../identity/steps.ts';
import { nameOf, removeProvider, trusting } from './providers.ts';

/** DeleteProviders deletes providers, and names first the roles that nobody takes by them any more. */
export function DeleteProviders({ arns, onDismiss }: { arns: readonly string[]; onDismiss: (deleted: boolean) => void }) {
  const roles = useCall((signal) => trusting(arns, signal), [arns]);
  const what = arns.length === 1 ? `provider ${nameOf(arns[0]!)}` : `${arns.length} providers`;
  return (
    <ConfirmDelete
      what={what}
      phrase="delete"
      ready={!roles.loading}
      onDismiss={() => onDismiss(false)}
      onDelete={async () => {
        for (const arn of arns) await gone(removeProvider(arn));
        flash.success(`Deleted ${what}`);
        onDismiss(true);
      }}
    >
      <ErrorAlert error={roles.error} onRetry={roles.reload} />
      {roles.loading && <StatusIndicator type="loading">Looking for roles that trust {arns.length === 1 ? 'it' : 'them'}</StatusIndicator>}
      {roles.data?.length === 0 && <Box>No role trusts {arns.length === 1 ? 'it' : 'them'}.</Box>}
      {roles.data && roles.data.length > 0 && (
        <Box>
          These roles stay, and nobody can take them {arns.length === 1 ? 'by it' : 'by them'} any more:
          {roles.data.map(({ Arn = '' }) => (
            <div key={Arn}>
              <ResourceLink arn={Arn} />
            </div>
          ))}
        </Box>
      )}
    </ConfirmDelete>
  );
}
