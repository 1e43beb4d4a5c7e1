import { GenerateServiceLastAccessedDetailsCommand, GetServiceLastAccessedDetailsCommand, type ServiceLastAccessed } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';

const columns: Column<ServiceLastAccessed>[] = [
  { id: 'service', header: 'Service', cell: (s) => s.ServiceName, value: (s) => s.ServiceName },
  { id: 'namespace', header: 'Prefix', cell: (s) => s.ServiceNamespace, value: (s) => s.ServiceNamespace },
  { id: 'last', header: 'Last accessed', cell: (s) => <Age date={s.LastAuthenticated} never="Not in the tracking period" />, value: (s) => s.LastAuthenticated?.toISOString() },
  { id: 'by', header: 'By', cell: (s) => s.LastAuthenticatedEntity?.replace(/^arn:[^:]*:iam::\d+:/, ''), value: (s) => s.LastAuthenticatedEntity },
  { id: 'entities', header: 'Entities', cell: (s) => s.TotalAuthenticatedEntities ?? 0, value: (s) => s.TotalAuthenticatedEntities ?? 0 },
];

/** LastAccessed shows when the services that a policy grants were last used by whoever has it, as IAM's report tells. */
export function LastAccessed({ arn }: { arn: string }) {
  const { data, error, loading, reload } = useCall((signal) => report(arn, signal), [arn]);
  return (
    <ResourceTable
      title="Last accessed"
      name="policy-last-accessed"
      noun={['service', 'services']}
      variant="container"
      selectable={false}
      items={data ?? []}
      loading={loading && !data}
      error={error}
      onReload={reload}
      id={(service) => service.ServiceNamespace!}
      columns={columns}
      description="By the users, groups and roles that the policy is attached to. What is never used can be taken out of it."
      empty={<EmptyState title="No services">The policy grants none, or is attached to nobody.</EmptyState>}
    />
  );
}

const interval = 300; // milliseconds between two questions whether the report is ready

async function report(Arn: string, abortSignal: AbortSignal): Promise<ServiceLastAccessed[]> {
  const { JobId } = await iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn }), { abortSignal });
  const services: ServiceLastAccessed[] = [];
  for (let marker: string | undefined; ; ) {
    const answer = await iam.send(new GetServiceLastAccessedDetailsCommand({ JobId, Marker: marker }), { abortSignal });
    if (answer.JobStatus === 'FAILED') throw new Error(answer.Error?.Message ?? 'The report failed.');
    if (answer.JobStatus === 'IN_PROGRESS') {
      await new Promise((resolve) => setTimeout(resolve, interval));
      if (abortSignal.aborted) return services;
      continue;
    }
    services.push(...(answer.ServicesLastAccessed ?? []));
    marker = answer.Marker;
    if (marker === undefined) return services;
  }
}
