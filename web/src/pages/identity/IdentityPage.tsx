import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import type { KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { TabsProps } from '@cloudscape-design/components/tabs';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';

import type { Call } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import type { Step } from './steps.ts';
import { UrlTabs } from './UrlTabs.tsx';

export interface IdentityPageProps<T> {
  noun: 'user' | 'group' | 'role';
  name: string;
  call: Call<T>;
  /** What the button says that changes it, and the window that asks how. */
  verb: string;
  edit: (it: T, close: () => void) => ReactNode;
  /** What it takes to delete it. */
  removal: (name: string) => Promise<Step[]>;
  description?: (it: T) => string | undefined;
  summary: (it: T) => ReactNode;
  tabs: (it: T) => TabsProps.Tab[];
}

const words = { user: 'User', group: 'Group', role: 'Role' };

/** IdentityPage is the page of one user, group or role: a summary, tabs, and ways to change and to delete it. */
export function IdentityPage<T>({ noun, name, call: { data, error, reload }, verb, edit, removal, description, summary, tabs }: IdentityPageProps<T>) {
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const close = () => setDialog(undefined);
  const list = `/${noun}s`;
  const above = [{ text: `${words[noun]}s`, href: list }];
  if (data === undefined) {
    return (
      <Page title={name} breadcrumbs={above}>
        {error === undefined ? <Spinner size="large" /> : <ErrorAlert error={error} onRetry={reload} />}
      </Page>
    );
  }
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setDialog('edit')}>{verb}</Button>
      <Button onClick={() => setDialog('delete')}>Delete</Button>
    </SpaceBetween>
  );
  return (
    <Page title={name} breadcrumbs={above} description={description?.(data)} actions={actions}>
      <SpaceBetween size="l">
        {summary(data)}
        <UrlTabs label={`${words[noun]} ${name}`} tabs={tabs(data)} />
      </SpaceBetween>
      {dialog === 'edit' && edit(data, close)}
      {dialog === 'delete' && (
        <DeleteDialog noun={[noun, `${noun}s`]} names={[name]} removal={removal} onPartly={reload} onDismiss={(deleted) => (deleted ? void navigate(list) : close())} />
      )}
    </Page>
  );
}

/** Summary is what stands above the tabs. */
export function Summary({ columns, items }: { columns: number; items: KeyValuePairsProps.Item[] }) {
  return (
    <Container>
      <Facts columns={columns} items={items} />
    </Container>
  );
}
