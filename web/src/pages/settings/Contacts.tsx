import {
  DeleteAlternateContactCommand,
  GetAlternateContactCommand,
  GetContactInformationCommand,
  PutAlternateContactCommand,
  PutContactInformationCommand,
  type AlternateContact,
  type AlternateContactType,
  type ContactInformation,
} from '@aws-sdk/client-account';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { account } from '../../api/clients/account.ts';
import { isMissing } from '../../api/errors.ts';
import { useCall } from '../../api/useCall.ts';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';

/** Field is a member of a contact, as a form has it. */
interface Field {
  name: string;
  label: string;
  required?: boolean;
  type?: 'email' | 'text' | 'url';
}

const alternateFields: Field[] = [
  { name: 'Name', label: 'Name', required: true },
  { name: 'Title', label: 'Title', required: true },
  { name: 'EmailAddress', label: 'E-mail', required: true, type: 'email' },
  { name: 'PhoneNumber', label: 'Phone', required: true },
];

const primaryFields: Field[] = [
  { name: 'FullName', label: 'Full name', required: true },
  { name: 'CompanyName', label: 'Company' },
  { name: 'AddressLine1', label: 'Address', required: true },
  { name: 'AddressLine2', label: 'Address, second line' },
  { name: 'PostalCode', label: 'Postal code', required: true },
  { name: 'City', label: 'City', required: true },
  { name: 'StateOrRegion', label: 'State or region' },
  { name: 'CountryCode', label: 'Country code', required: true },
  { name: 'PhoneNumber', label: 'Phone', required: true },
  { name: 'WebsiteUrl', label: 'Website', type: 'url' },
];

const alternates: { type: AlternateContactType; title: string; what: string }[] = [
  { type: 'SECURITY', title: 'Security contact', what: 'Alarms and notices go here. Name an address that more than one person reads.' },
  { type: 'OPERATIONS', title: 'Operations contact', what: 'For whoever has a question about how things run.' },
  { type: 'BILLING', title: 'Billing contact', what: 'For whoever has a question about money.' },
];

/** Contacts are who is told and asked about the account. */
export function Contacts() {
  return (
    <Container header={<Header variant="h2">Contacts</Header>}>
      <SpaceBetween size="l">
        <Primary />
        {alternates.map((contact) => (
          <Alternate key={contact.type} {...contact} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

/** orNothing is undefined where there is no such contact. */
async function orNothing<T>(call: Promise<T>): Promise<{ found?: T }> {
  try {
    return { found: await call };
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
}

function Primary() {
  const call = useCall((abortSignal) => orNothing(account.send(new GetContactInformationCommand({}), { abortSignal })), []);
  const contact = call.data?.found?.ContactInformation;
  return (
    <Contact
      title="Contact information"
      what="Whose account this is."
      fields={primaryFields}
      contact={contact as Values | undefined}
      loading={call.loading && !call.data}
      error={call.error}
      onReload={call.reload}
      onSave={(values) => account.send(new PutContactInformationCommand({ ContactInformation: values as unknown as ContactInformation }))}
    />
  );
}

function Alternate({ type, title, what }: { type: AlternateContactType; title: string; what: string }) {
  const call = useCall((abortSignal) => orNothing(account.send(new GetAlternateContactCommand({ AlternateContactType: type }), { abortSignal })), [type]);
  const contact = call.data?.found?.AlternateContact;
  return (
    <Contact
      title={title}
      what={what}
      fields={alternateFields}
      contact={contact as Values | undefined}
      loading={call.loading && !call.data}
      error={call.error}
      onReload={call.reload}
      onSave={(values) => account.send(new PutAlternateContactCommand({ ...(values as unknown as Required<AlternateContact>), AlternateContactType: type }))}
      onDelete={() => account.send(new DeleteAlternateContactCommand({ AlternateContactType: type }))}
    />
  );
}

type Values = Record<string, string>;

interface ContactProps {
  title: string;
  what: string;
  fields: Field[];
  contact: Values | undefined;
  /** It is not known yet whether there is one. */
  loading: boolean;
  error: unknown;
  onReload: () => void;
  onSave: (values: Values) => Promise<unknown>;
  onDelete?: () => Promise<unknown>;
}

/** Contact shows one contact, and edits it. */
function Contact({ title, what, fields, contact, loading, error, onReload, onSave, onDelete }: ContactProps) {
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const dismiss = () => setDialog(undefined);
  return (
    <SpaceBetween size="xs">
      <Header
        variant="h3"
        description={what}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {contact && onDelete && <Button ariaLabel={`Delete the ${title.toLowerCase()}`} onClick={() => setDialog('delete')}>Delete</Button>}
            <Button ariaLabel={`Edit the ${title.toLowerCase()}`} disabled={loading || error !== undefined} onClick={() => setDialog('edit')}>{contact ? 'Edit' : 'Add'}</Button>
          </SpaceBetween>
        }
      >
        {title}
      </Header>
      <ErrorAlert error={error} onRetry={onReload} />
      {contact ? (
        <Facts columns={4} items={fields.filter(({ name }) => contact[name]).map(({ name, label }) => ({ label, value: contact[name] }))} />
      ) : (
        error === undefined && <StatusIndicator type={loading ? 'loading' : 'warning'}>{loading ? 'Reading' : 'None'}</StatusIndicator>
      )}
      {dialog === 'edit' && (
        <Edit
          title={title}
          fields={fields}
          before={contact ?? {}}
          onDismiss={dismiss}
          onSave={async (values) => {
            await onSave(values);
            flash.success(`The ${title.toLowerCase()} is saved`);
            onReload();
          }}
        />
      )}
      {dialog === 'delete' && onDelete && (
        <ConfirmDelete
          what={`the ${title.toLowerCase()}`}
          phrase="delete"
          onDismiss={dismiss}
          onDelete={async () => {
            await onDelete();
            flash.success(`The ${title.toLowerCase()} is deleted`);
            dismiss();
            onReload();
          }}
        />
      )}
    </SpaceBetween>
  );
}

function Edit({ title, fields, before, onSave, onDismiss }: { title: string; fields: Field[]; before: Values; onSave: (values: Values) => Promise<void>; onDismiss: () => void }) {
  const [values, setValues] = useState(before);
  const missing = fields.some(({ name, required }) => required && !values[name]?.trim());
  const save = () => onSave(Object.fromEntries(fields.flatMap(({ name }) => (values[name]?.trim() ? [[name, values[name].trim()]] : []))));
  return (
    <FormDialog title={title} verb="Save" size="large" disabled={missing} onDismiss={onDismiss} onSubmit={save}>
      <ColumnLayout columns={2}>
        {fields.map(({ name, label, required, type = 'text' }) => (
          <FormField key={name} label={required ? label : `${label} – optional`}>
            <Input type={type} value={values[name] ?? ''} onChange={({ detail }) => setValues({ ...values, [name]: detail.value })} />
          </FormField>
        ))}
      </ColumnLayout>
    </FormDialog>
  );
}
