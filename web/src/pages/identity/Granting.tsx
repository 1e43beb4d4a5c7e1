import { ListPoliciesGrantingServiceAccessCommand, type PolicyGrantingServiceAccess } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { ShownDialog } from '../../components/ShownDialog.tsx';

/** Granting shows by which policies a user, group or role may use a service: what to change where the service is not used. */
export function Granting({ arn: Arn, service, onDismiss }: { arn: string; service: string; onDismiss: () => void }) {
  const call = useCall((signal) => granting(Arn, service, signal), [Arn, service]);
  return (
    <ShownDialog title={`Policies that grant ${service}`} onDismiss={onDismiss}>
      <ErrorAlert error={call.error} onRetry={call.reload} />
      {call.loading && !call.data && <StatusIndicator type="loading">Reading the policies</StatusIndicator>}
      {call.data?.length === 0 && <Box>No policy of its own: what is granted comes from elsewhere.</Box>}
      <ul>
        {call.data?.map((policy) => (
          <li key={`${policy.PolicyArn} ${policy.EntityName} ${policy.PolicyName}`}>
            <Policy policy={policy} />
          </li>
        ))}
      </ul>
    </ShownDialog>
  );
}

function Policy({ policy: { PolicyName, PolicyArn, EntityName = '', EntityType } }: { policy: PolicyGrantingServiceAccess }) {
  if (PolicyArn) return <Link href={to`/policies/${PolicyArn}`}>{PolicyName}</Link>;
  const area = { USER: 'users', GROUP: 'groups', ROLE: 'roles' }[EntityType ?? 'USER'];
  return (
    <>
      {PolicyName}, inline policy of <Link href={`${to`/${area}/${EntityName}`}?tab=permissions`}>{EntityName}</Link>
    </>
  );
}

async function granting(Arn: string, service: string, abortSignal: AbortSignal): Promise<PolicyGrantingServiceAccess[]> {
  const found: PolicyGrantingServiceAccess[] = [];
  let Marker: string | undefined;
  do {
    const answer = await iam.send(new ListPoliciesGrantingServiceAccessCommand({ Arn, ServiceNamespaces: [service], Marker }), { abortSignal });
    found.push(...(answer.PoliciesGrantingServiceAccess ?? []).flatMap(({ Policies = [] }) => Policies));
    Marker = answer.Marker;
  } while (Marker !== undefined);
  return found;
}
