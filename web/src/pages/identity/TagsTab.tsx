import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';

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

/** TagsTab shows and edits the tags of one thing. */
export function TagsTab({ what, read, set, remove }: TagsTabProps) {
  const { data, error, reload } = useCall(read, [what]);
  const [tags, setTags] = useState<readonly EditedTag[]>([]);
  const [valid, setValid] = useState(true);
  const [busy, setBusy] = useState(false);
  const reset = () => setTags(edited(data ?? []));
  useEffect(() => setTags(edited(data ?? [])), [data]);
  const change = changes(data ?? [], tags);
  const changed = change.set.length > 0 || change.remove.length > 0;
  const save = async () => {
    setBusy(true);
    try {
      if (change.remove.length > 0) await remove(change.remove);
      if (change.set.length > 0) await set(change.set);
      flash.success(`Tags of ${what} saved`);
    } catch (failure) {
      flash.error(failure);
    }
    setBusy(false);
    reload();
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Tags say whose something is or what it is for. Policies can refer to them."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!changed || busy} onClick={reset}>
                Reset
              </Button>
              <Button variant="primary" disabled={!changed || !valid} loading={busy} onClick={() => void save()}>
                Save tags
              </Button>
            </SpaceBetween>
          }
        >
          Tags
        </Header>
      }
    >
      {error === undefined ? (
        <TagEditor
          tags={tags}
          onChange={(next, ok) => {
            setTags(next);
            setValid(ok);
          }}
        />
      ) : (
        <ErrorAlert error={error} onRetry={reload} />
      )}
    </Container>
  );
}
