import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { changes, type EditedTag, edited, type Tag, TagEditor } from '../../components/TagEditor.tsx';

export interface TagsTabProps {
  /** What has them: "user alice". */
  what: string;
  read: (signal: AbortSignal) => Promise<Tag[]>;
  set: (tags: Tag[]) => Promise<unknown>;
  remove: (keys: string[]) => Promise<unknown>;
}

/** Draft are tags that somebody has written and not saved. */
interface Draft {
  tags: readonly EditedTag[];
  valid: boolean;
}

/** TagsTab shows and edits the tags of one thing. */
export function TagsTab({ what, read, set, remove }: TagsTabProps) {
  const { data, error, reload } = useCall(read, [what]);
  const [saved, setSaved] = useState<readonly Tag[]>(); // since they were read
  const [draft, setDraft] = useState<Draft>();
  const [busy, setBusy] = useState(false);
  const before = saved ?? data;
  const change = changes(before ?? [], draft?.tags ?? edited(before ?? []));
  const changed = change.set.length > 0 || change.remove.length > 0;
  const save = async () => {
    setBusy(true);
    try {
      if (change.remove.length > 0) await remove(change.remove);
      if (change.set.length > 0) await set(change.set);
      setSaved(after(before ?? [], change));
      setDraft((now) => (now === draft ? undefined : now)); // more may have been written meanwhile
      flash.success(`Tags of ${what} saved`);
    } catch (failure) {
      flash.error(failure);
      setSaved(undefined);
      reload(); // a part may be saved; what is written stays
    }
    setBusy(false);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Tags say whose something is or what it is for. Policies can refer to them."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!changed || busy} onClick={() => setDraft(undefined)}>
                Reset
              </Button>
              <Button variant="primary" disabled={!before || !changed || !draft?.valid} loading={busy} onClick={() => void save()}>
                Save tags
              </Button>
            </SpaceBetween>
          }
        >
          Tags
        </Header>
      }
    >
      <ErrorAlert error={error} onRetry={reload} />
      {!before && !draft && error === undefined && <Spinner />}
      {(before ?? draft) && <TagEditor tags={draft?.tags ?? edited(before ?? [])} onChange={(tags, valid) => setDraft({ tags, valid })} />}
    </Container>
  );
}

/** after are the tags of before with the change made. */
function after(before: readonly Tag[], { set, remove }: ReturnType<typeof changes>): Tag[] {
  const tags = new Map(before.map(({ Key, Value }) => [Key, Value]));
  for (const key of remove) tags.delete(key);
  for (const { Key, Value } of set) tags.set(Key, Value);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
