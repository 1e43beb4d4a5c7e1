import {
  type AccessKey,
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
} from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { to } from '../../app/links.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { changes, type EditedTag, TagEditor } from '../../components/TagEditor.tsx';
import { BoundaryPick } from '../identity/BoundaryPick.tsx';
import { CreateForm } from '../identity/CreateForm.tsx';
import { NameField, nameProblem } from '../identity/NameField.tsx';
import { PathField, pathProblem } from '../identity/PathField.tsx';
import { PolicyPicks } from '../identity/PolicyPicks.tsx';
import type { Step } from '../identity/steps.ts';
import { useGroupNames } from '../identity/useGroupNames.ts';
import { GroupSelect } from './AddToGroups.tsx';
import { NewCredentials } from './credentials/NewCredentials.tsx';
import { generatePassword } from './password.ts';

interface Made {
  password?: string;
  accessKey?: AccessKey;
}

export function CreateUser() {
  const groups = useGroupNames();
  const [name, setName] = useState('');
  const [signIn, setSignIn] = useState(true);
  const [generated, setGenerated] = useState(true);
  const [typed, setTyped] = useState('');
  const [mustChange, setMustChange] = useState(true);
  const [key, setKey] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const [arns, setArns] = useState<string[]>([]);
  const [boundary, setBoundary] = useState<string>();
  const [path, setPath] = useState('/');
  const [tags, setTags] = useState<readonly EditedTag[]>([]);
  const [tagsValid, setTagsValid] = useState(true);
  const [tried, setTried] = useState(false);
  const [made] = useState<Made>({});
  const [done, setDone] = useState(false);

  const passwordProblem = signIn && !generated && typed === '' ? 'Give a password, or have one made.' : undefined;
  const steps = (): Step[] => {
    const UserName = name;
    const user = { UserName, Path: path, PermissionsBoundary: boundary, Tags: changes([], tags).set };
    const list: Step[] = [{ what: `Create user ${name}`, run: () => iam.send(new CreateUserCommand(user)) }];
    for (const GroupName of chosen) list.push({ what: `Add to group ${GroupName}`, run: () => iam.send(new AddUserToGroupCommand({ UserName, GroupName })) });
    for (const PolicyArn of arns) list.push({ what: `Attach policy ${PolicyArn}`, run: () => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })) });
    if (signIn) {
      const Password = generated ? generatePassword() : typed;
      list.push({
        what: 'Set the console password',
        run: async () => {
          await iam.send(new CreateLoginProfileCommand({ UserName, Password, PasswordResetRequired: mustChange }));
          made.password = Password;
        },
      });
    }
    if (key) {
      list.push({
        what: 'Create an access key',
        run: async () => {
          made.accessKey = (await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey!;
        },
      });
    }
    return list;
  };

  if (done) {
    return (
      <Page title={`User ${name} is there`} breadcrumbs={[{ text: 'Users', href: '/users' }]} contentType="form">
        <Container footer={<Finish name={name} />}>
          {made.password !== undefined || made.accessKey ? <NewCredentials user={name} {...made} /> : 'The user has neither password nor access key yet.'}
        </Container>
      </Page>
    );
  }
  return (
    <Page title="Create user" breadcrumbs={[{ text: 'Users', href: '/users' }]} contentType="form">
      <CreateForm
        submit="Create user"
        cancel={to`/users`}
        valid={nameProblem(name, 64) === undefined && passwordProblem === undefined && pathProblem(path) === undefined && tagsValid}
        steps={steps}
        onTried={() => setTried(true)}
        onDone={() => setDone(true)}
      >
        <Container header={<Header variant="h2">User</Header>}>
          <SpaceBetween size="l">
            <NameField label="User name" value={name} onChange={setName} max={64} tried={tried} />
            <PathField value={path} onChange={setPath} example="/contractors/" />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">Permissions</Header>}>
          <SpaceBetween size="l">
            <ErrorAlert error={groups.error} onRetry={groups.reload} />
            <GroupSelect groups={groups.data} chosen={chosen} onChange={setChosen} />
            <PolicyPicks arns={arns} onChange={setArns} />
            <BoundaryPick arn={boundary} onChange={setBoundary} />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">Credentials</Header>}>
          <SpaceBetween size="l">
            <Checkbox checked={signIn} onChange={({ detail }) => setSignIn(detail.checked)} description="For people: a password for these pages.">
              Console access
            </Checkbox>
            {signIn && (
              <>
                <FormField label="Password">
                  <RadioGroup
                    value={generated ? 'generated' : 'typed'}
                    onChange={({ detail }) => setGenerated(detail.value === 'generated')}
                    items={[
                      { value: 'generated', label: 'Make one', description: 'It is shown once, when the user is there.' },
                      { value: 'typed', label: 'Type one' },
                    ]}
                  />
                </FormField>
                {!generated && (
                  <FormField label="Password of the user" errorText={tried && passwordProblem}>
                    <Input type="password" value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete="new-password" />
                  </FormField>
                )}
                <Checkbox checked={mustChange} onChange={({ detail }) => setMustChange(detail.checked)}>
                  The user chooses a new password at the first sign-in
                </Checkbox>
              </>
            )}
            <Checkbox
              checked={key}
              onChange={({ detail }) => setKey(detail.checked)}
              description="For programs that cannot take a role: a key does not end by itself, and has to be kept safe and replaced."
            >
              Access key
            </Checkbox>
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">Tags</Header>}>
          <TagEditor
            tags={tags}
            onChange={(next, valid) => {
              setTags(next);
              setTagsValid(valid);
            }}
          />
        </Container>
      </CreateForm>
    </Page>
  );
}

function Finish({ name }: { name: string }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="primary" href={to`/users/${name}`}>
        Go to the user
      </Button>
      <Button href={to`/users`}>All users</Button>
    </SpaceBetween>
  );
}
