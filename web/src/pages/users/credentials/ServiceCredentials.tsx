import {
  CreateServiceSpecificCredentialCommand,
  DeleteServiceSpecificCredentialCommand,
  ListServiceSpecificCredentialsCommand,
  ResetServiceSpecificCredentialCommand,
  type ServiceSpecificCredential,
  UpdateServiceSpecificCredentialCommand,
} from '@aws-sdk/client-iam';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { all } from '../../../api/all.ts';
import { iam } from '../../../api/clients/iam.ts';
import { Age } from '../../../components/Age.tsx';
import { CopyArn } from '../../../components/CopyArn.tsx';
import { Facts } from '../../../components/Facts.tsx';
import { FormDialog } from '../../../components/FormDialog.tsx';
import type { Column } from '../../../components/ResourceTable.tsx';
import { Secret } from '../../../components/Secret.tsx';
import { ShownDialog } from '../../../components/ShownDialog.tsx';
import { useAct } from '../../../components/useAct.ts';
import { type KeptCredential, KeptCredentials } from './KeptCredentials.tsx';

/** The services that take such credentials, with what they take. */
const services = [
  { value: 'codecommit.amazonaws.com', label: 'CodeCommit', description: 'Git over HTTPS: a user name and a password', ends: false },
  { value: 'cassandra.amazonaws.com', label: 'Keyspaces', description: 'Cassandra clients: a user name and a password', ends: false },
  { value: 'bedrock.amazonaws.com', label: 'Bedrock', description: 'An API key', ends: true },
  { value: 'logs.amazonaws.com', label: 'CloudWatch Logs', description: 'An API key', ends: true },
];

const columns: Column<KeptCredential>[] = [
  { id: 'service', header: 'Service', cell: ({ service }) => service, value: ({ service }) => service },
  { id: 'alias', header: 'User name there', cell: ({ alias }) => alias ?? '–', value: ({ alias }) => alias },
  { id: 'ends', header: 'Ends', cell: ({ ends }) => <Age date={ends} />, value: ({ ends }) => ends?.toISOString() },
];

/** ServiceCredentials are what a user has for single services that do not take access keys. */
export function ServiceCredentials({ user: UserName }: { user: string }) {
  const [made, setMade] = useState<ServiceSpecificCredential>();
  const { act } = useAct();
  const reset = async (ServiceSpecificCredentialId: string) =>
    setMade((await iam.send(new ResetServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }))).ServiceSpecificCredential);
  return (
    <>
      <KeptCredentials
        user={UserName}
        title="Service-specific credentials"
        name="service-credentials"
        noun={['service credential', 'service credentials']}
        description="For services that take a password or an API key of their own in place of an access key."
        verb="Create service credential"
        empty="Git and Cassandra clients, for example, know no access keys: they get a name and password for their service alone."
        columns={columns}
        list={async (abortSignal) =>
          (await all((Marker) => iam.send(new ListServiceSpecificCredentialsCommand({ UserName, Marker }), { abortSignal }), (a) => a.ServiceSpecificCredentials)).map(read)
        }
        setStatus={(ServiceSpecificCredentialId, Status) => iam.send(new UpdateServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId, Status }))}
        remove={(ServiceSpecificCredentialId) => iam.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }))}
        more={(chosen) => (
          <Button disabled={!chosen} onClick={() => chosen && act(() => reset(chosen.id))}>
            Reset
          </Button>
        )}
        add={(onDismiss) => <Create user={UserName} onMade={setMade} onDismiss={onDismiss} />}
      />
      {made && <Shown user={UserName} credential={made} onDismiss={() => setMade(undefined)} />}
    </>
  );
}

function read({ ServiceSpecificCredentialId = '', Status, CreateDate, ServiceName, ServiceUserName, ServiceCredentialAlias, ExpirationDate }: Partial<ServiceSpecificCredential>): KeptCredential {
  return { id: ServiceSpecificCredentialId, active: Status === 'Active', made: CreateDate, ends: ExpirationDate, service: ServiceName, alias: ServiceUserName ?? ServiceCredentialAlias };
}

function Create({ user: UserName, onMade, onDismiss }: { user: string; onMade: (made: ServiceSpecificCredential | undefined) => void; onDismiss: () => void }) {
  const [service, setService] = useState(services[0]!);
  const [days, setDays] = useState('90');
  const wrong = service.ends && days !== '' && !(/^\d+$/.test(days) && Number(days) >= 1 && Number(days) <= 36600);
  const create = async () => {
    const CredentialAgeDays = service.ends && days !== '' ? Number(days) : undefined;
    const { ServiceSpecificCredential } = await iam.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: service.value, CredentialAgeDays }));
    onMade(ServiceSpecificCredential);
  };
  return (
    <FormDialog title={`Create a credential of ${UserName} for a service`} verb="Create" disabled={wrong} onSubmit={create} onDismiss={onDismiss}>
      <FormField label="Service">
        <Select
          options={services}
          selectedOption={service}
          triggerVariant="option"
          onChange={({ detail }) => setService(services.find(({ value }) => value === detail.selectedOption.value)!)}
          expandToViewport
        />
      </FormField>
      {service.ends && (
        <FormField label="Days until it ends – optional" description="Without it, the key is good until somebody deletes it." errorText={wrong && 'From 1 to 36600, or nothing.'}>
          <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
        </FormField>
      )}
    </FormDialog>
  );
}

/** Shown shows what is shown once. */
function Shown({ user, credential, onDismiss }: { user: string; credential: ServiceSpecificCredential; onDismiss: () => void }) {
  const { ServiceUserName, ServicePassword, ServiceCredentialAlias, ServiceCredentialSecret, ServiceName } = credential;
  const items = [
    { label: 'Service', value: ServiceName },
    ...(ServiceUserName ? [{ label: 'User name', value: <CopyArn arn={ServiceUserName} what="user name" /> }] : []),
    ...(ServicePassword ? [{ label: 'Password', value: <Secret value={ServicePassword} what="password" /> }] : []),
    ...(ServiceCredentialAlias ? [{ label: 'Alias', value: <CopyArn arn={ServiceCredentialAlias} what="alias" /> }] : []),
    ...(ServiceCredentialSecret ? [{ label: 'API key', value: <Secret value={ServiceCredentialSecret} what="API key" /> }] : []),
  ];
  return (
    <ShownDialog title={`Service credential of ${user}`} onDismiss={onDismiss}>
      <SpaceBetween size="m">
        <Alert type="warning" header="This is the only time that it is shown">
          Hand it over on a safe way. Whoever has it can act as {user} at that service.
        </Alert>
        <Facts columns={2} items={items} />
      </SpaceBetween>
    </ShownDialog>
  );
}
