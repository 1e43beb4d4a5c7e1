import { GenerateServiceLastAccessedDetailsCommand, GetServiceLastAccessedDetailsCommand, type ServiceLastAccessed } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { Granting } from './Granting.tsx';

const columns: Column<ServiceLastAccessed>[] = [
  { id: 'service', header: 'Service', cell: (s) => s.ServiceName, value: (s) => s.ServiceName },
  { id: 'prefix', header: 'Prefix', cell: (s) => s.ServiceNamespace, value: (s) => s.ServiceNamespace },
  { id: 'last', header: 'Last accessed', cell: (s) => <Age date={s.LastAuthenticated} never="Not in the tracking period" />, value: (s) => s.LastAuthenticated?.toISOString() },
  { id: 'by', header: 'By', cell: (s) => (s.LastAuthenticatedEntity ? <ResourceLink arn={s.LastAuthenticatedEntity} /> : '–'), value: (s) => s.LastAuthenticatedEntity },
  { id: 'how', header: 'Principals that used it', cell: (s) => s.TotalAuthenticatedEntities ?? 0, value: (s) => s.TotalAuthenticatedEntities, hidden: true },
];

/** LastAccessed shows which of the services that something may use it did use: what is not used can be taken away. */
export function LastAccessed({ arn }: { arn: string }) {
  const { data, error, loading, reload } = useCall((signal) => lastAccessed(arn, signal), [arn]);
  const [asked, setAsked] = useState<string>();
  return (
    <>
      <ResourceTable
        title="Services by last access"
        name="last-accessed"
        noun={['service', 'services']}
        variant="container"
        description="The services that the policies allow. What nobody uses can be taken away."
        items={data ?? []}
        loading={loading}
        error={error}
        onReload={reload}
        id={(service) => service.ServiceNamespace!}
        columns={columns}
        selection="single"
        actions={([service]) => (
          <Button disabled={!service} onClick={() => setAsked(service?.ServiceNamespace)}>
            Policies that grant it
          </Button>
        )}
        empty={<EmptyState title="No service is allowed">Nothing that the policies allow belongs to a service that Warder knows.</EmptyState>}
      />
      {asked !== undefined && <Granting arn={arn} service={asked} onDismiss={() => setAsked(undefined)} />}
    </>
  );
}

/** lastAccessed has the report made, and reads it when it is. */
async function lastAccessed(Arn: string, abortSignal: AbortSignal): Promise<ServiceLastAccessed[]> {
  const { JobId } = await iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn }), { abortSignal });
  const services: ServiceLastAccessed[] = [];
  let Marker: string | undefined;
  for (;;) {
    const answer = await iam.send(new GetServiceLastAccessedDetailsCommand({ JobId, Marker }), { abortSignal });
    if (answer.JobStatus === 'FAILED') throw new Error(answer.Error?.Message ?? 'The report could not be made.');
    if (answer.JobStatus === 'IN_PROGRESS') {
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    services.push(...(answer.ServicesLastAccessed ?? []));
    Marker = answer.Marker;
    if (Marker === undefined) return services;
  }
}
