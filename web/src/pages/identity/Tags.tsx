import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';

import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { TagEditor } from '../../components/TagEditor.tsx';
import { useAct } from '../../components/useAct.ts';
import type { Tagged } from './tagged.ts';
import { type Tags, useTags } from './useTags.ts';

const purpose = 'Tags say whose something is or what it is for. Policies can refer to them.';

/** TagsTab shows and edits the tags of what a page is about. */
export function TagsTab({ of: thing }: { of: Tagged }) {
  return <Tab key={thing.what} thing={thing} />;
}

function Tab({ thing }: { thing: Tagged }) {
  const tags = useTags(thing);
  const { busy, act } = useAct();
  const save = async () => {
    await tags.save();
    flash.success(`Tags of ${thing.what} saved`);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={purpose}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!tags.changed || busy} onClick={tags.reset}>
                Reset
              </Button>
              <Button variant="primary" disabled={!tags.ready} loading={busy} onClick={() => act(save)}>
                Save tags
              </Button>
            </SpaceBetween>
          }
        >
          Tags
        </Header>
      }
    >
      <Fields tags={tags} />
    </Container>
  );
}

/** TagsDialog shows and edits the tags of what has no page of its own. */
export function TagsDialog({ of: thing, onDismiss }: { of: Tagged; onDismiss: () => void }) {
  const tags = useTags(thing);
  const save = async () => {
    await tags.save();
    flash.success(`Tags of ${thing.what} saved`);
  };
  return (
    <FormDialog title={`Tags of ${thing.what}`} verb="Save tags" size="large" disabled={!tags.ready} onSubmit={save} onDismiss={onDismiss}>
      <Box color="text-body-secondary">{purpose}</Box>
      <Fields tags={tags} />
    </FormDialog>
  );
}

function Fields({ tags: { shown, error, reload, write } }: { tags: Tags }) {
  return (
    <>
      <ErrorAlert error={error} onRetry={reload} />
      {!shown && error === undefined && <Spinner />}
      {shown && <TagEditor tags={shown} onChange={write} />}
    </>
  );
}
