import type { StatusType } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';

import { useCall } from '../../../api/useCall.ts';
import { Age } from '../../../components/Age.tsx';
import { ConfirmDelete } from '../../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../../components/CopyArn.tsx';
import { EmptyState } from '../../../components/EmptyState.tsx';
import { flash } from '../../../components/Flash.tsx';
import { type Column, ResourceTable } from '../../../components/ResourceTable.tsx';
import { ShownDialog } from '../../../components/ShownDialog.tsx';
import { useAct } from '../../../components/useAct.ts';
import { Excerpt } from '../../security/PolicyExcerpt.tsx';

/** KeptCredential is a credential of a user that is on or off. */
export interface KeptCredential {
  id: string;
  active: boolean;
  made: Date | undefined;
  /** When it ends by itself. */
  ends?: Date | undefined;
  /** What it is for: a service. */
  service?: string | undefined;
  /** The name that is given along with it. */
  alias?: string | undefined;
}

export interface KeptCredentialsProps {
  user: string;
  title: string;
  /** The table's name in the preferences. */
  name: string;
  noun: [string, string];
  description: string;
  /** What the button says that adds one. */
  verb: string;
  /** What such a credential is for, for whoever has none. */
  empty: string;
  columns?: Column<KeptCredential>[];
  list: (signal: AbortSignal) => Promise<KeptCredential[]>;
  /** The public text of one, where it has one. */
  text?: (id: string) => Promise<string>;
  setStatus: (id: string, status: StatusType) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
  /** Further things to do with one. */
  more?: (chosen: KeptCredential | undefined) => ReactNode;
  add: (onDismiss: () => void) => ReactNode;
}

const base: Column<KeptCredential>[] = [
  { id: 'id', header: 'ID', cell: ({ id }) => <CopyArn arn={id} what="ID" />, value: ({ id }) => id },
  {
    id: 'status',
    header: 'Status',
    cell: ({ active }) => (active ? <StatusIndicator>Active</StatusIndicator> : <StatusIndicator type="stopped">Inactive</StatusIndicator>),
    value: ({ active }) => (active ? 'Active' : 'Inactive'),
  },
  { id: 'made', header: 'Added', cell: ({ made }) => <Age date={made} />, value: ({ made }) => made?.toISOString() },
];

const toggle = (chosen: KeptCredential | undefined) => (chosen && !chosen.active ? 'Activate' : 'Deactivate');

/** KeptCredentials is a table of one kind of a user's credentials: to add, to see, to turn off and on, and to delete. */
export function KeptCredentials(props: KeptCredentialsProps) {
  const { user, noun, columns = [] } = props;
  const { data, error, loading, reload } = useCall(props.list, [user]);
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<KeptCredential>();
  const [shown, setShown] = useState<{ id: string; text: string }>();
  const { act } = useAct();
  const add = <Button onClick={() => setAdding(true)}>{props.verb}</Button>;
  const show = async (id: string) => setShown({ id, text: await props.text!(id) });
  return (
    <>
      <ResourceTable
        title={props.title}
        name={props.name}
        noun={noun}
        variant="container"
        selection="single"
        description={props.description}
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={({ id }) => id}
        columns={[...base.slice(0, 1), ...columns, ...base.slice(1)]}
        actions={([chosen]) => (
          <>
            {props.text && (
              <Button ariaLabel={`Show ${noun[0]}`} disabled={!chosen} onClick={() => chosen && act(() => show(chosen.id))}>
                Show
              </Button>
            )}
            <Button
              ariaLabel={`${toggle(chosen)} ${noun[0]}`}
              disabled={!chosen}
              onClick={() => chosen && act(() => props.setStatus(chosen.id, chosen.active ? 'Inactive' : 'Active').finally(reload))}
            >
              {toggle(chosen)}
            </Button>
            {props.more?.(chosen)}
            <Button ariaLabel={`Delete ${noun[0]}`} disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete
            </Button>
            {add}
          </>
        )}
        empty={<EmptyState title={`No ${noun[1]}`}>{props.empty}</EmptyState>}
      />
      {adding &&
        props.add(() => {
          setAdding(false);
          reload();
        })}
      {shown && (
        <ShownDialog title={`${noun[0]} ${shown.id}`} size="large" onDismiss={() => setShown(undefined)}>
          <Excerpt label={noun[0]} text={shown.text.trim()} lines={[]} />
        </ShownDialog>
      )}
      {deleting && (
        <ConfirmDelete
          what={`${noun[0]} ${deleting.id}`}
          phrase="delete"
          onDelete={async () => {
            await props.remove(deleting.id);
            flash.success(`Deleted ${noun[0]} ${deleting.id}`);
            setDeleting(undefined);
            reload();
          }}
          onDismiss={() => setDeleting(undefined)}
        >
          What {user} does with it is refused from now on.
        </ConfirmDelete>
      )}
    </>
  );
}
