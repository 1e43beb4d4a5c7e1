import { ListPolicyTagsCommand, TagPolicyCommand, UntagPolicyCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { changes, type EditedTag, edited, type Tag, TagEditor } from '../../components/TagEditor.tsx';

/** PolicyTags edits the tags of a policy of the account. */
export function PolicyTags({ arn }: { arn: string }) {
  const { data, error, reload } = useCall(
    (abortSignal) =>
      all(
        (Marker) => iam.send(new ListPolicyTagsCommand({ PolicyArn: arn, Marker }), { abortSignal }),
        ({ Tags = [] }) => Tags.map(({ Key = '', Value = '' }): Tag => ({ Key, Value })),
      ),
    [arn],
  );
  const [draft, setDraft] = useState<{ tags: readonly EditedTag[]; valid: boolean }>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (!data || !draft) return;
    setBusy(true);
    try {
      const { set, remove } = changes(data, draft.tags);
      if (remove.length > 0) await iam.send(new UntagPolicyCommand({ PolicyArn: arn, TagKeys: remove }));
      if (set.length > 0) await iam.send(new TagPolicyCommand({ PolicyArn: arn, Tags: set }));
      flash.success('Tags saved');
      setDraft(undefined);
      reload();
    } catch (failure) {
      flash.error(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={!draft?.valid} loading={busy} onClick={() => void save()}>
              Save tags
            </Button>
          }
        >
          Tags
        </Header>
      }
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {!data && error === undefined && <Spinner />}
      {data && <TagEditor tags={draft?.tags ?? edited(data)} onChange={(tags, valid) => setDraft({ tags, valid })} />}
    </Container>
  );
}
