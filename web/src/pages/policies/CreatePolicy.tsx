import { CreatePolicyCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { type EditedTag, TagEditor } from '../../components/TagEditor.tsx';
import { onPurpose } from '../../components/Unsaved.tsx';
import { newPolicy } from '../../editor/builder.ts';
import { wrongName } from '../../editor/InlinePolicies.tsx';
import { PolicyEditor } from '../../editor/PolicyEditor.tsx';

/** CreatePolicy makes a managed policy of the account. Nobody's access changes until it is attached. */
export function CreatePolicy() {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [text, setText] = useState(newPolicy);
  const [tags, setTags] = useState<{ list: readonly EditedTag[]; valid: boolean }>({ list: [], valid: true });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const nameError = wrongName(name);
  const create = async () => {
    setTried(true);
    if (nameError !== undefined || !tags.valid) return;
    setBusy(true);
    setError(undefined);
    try {
      const { Policy } = await iam.send(
        new CreatePolicyCommand({
          PolicyName: name,
          PolicyDocument: text,
          ...(description !== '' && { Description: description }),
          Tags: tags.list.map(({ key, value }) => ({ Key: key, Value: value })),
        }),
      );
      flash.success(`Policy ${name} created`, 'Attach it to give somebody what it says.');
      void navigate(`/policies/${encodeURIComponent(Policy!.Arn!)}`, onPurpose);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Page title="Create policy" breadcrumbs={[{ text: 'Policies', href: '/policies' }]} contentType="form">
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={() => void navigate('/policies', onPurpose)}>
                Cancel
              </Button>
              <Button variant="primary" loading={busy} onClick={() => void create()}>
                Create policy
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            <ErrorAlert error={error} />
            <Container header={<Header variant="h2">Name</Header>}>
              <SpaceBetween size="m">
                <FormField label="Policy name" errorText={tried && nameError}>
                  <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus />
                </FormField>
                <FormField label="Description – optional" description="It cannot be changed later.">
                  <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
                </FormField>
              </SpaceBetween>
            </Container>
            <Container header={<Header variant="h2">Permissions</Header>}>
              <PolicyEditor text={text} onChange={setText} kind="identity" />
            </Container>
            <Container header={<Header variant="h2">Tags – optional</Header>}>
              <TagEditor tags={tags.list} onChange={(list, valid) => setTags({ list, valid })} />
            </Container>
          </SpaceBetween>
        </Form>
    </Page>
  );
}
