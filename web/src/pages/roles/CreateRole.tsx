import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { to } from '../../app/links.ts';
import { useSession } from '../../app/SessionContext.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { changes, type EditedTag, TagEditor } from '../../components/TagEditor.tsx';
import { onPurpose } from '../../components/Unsaved.tsx';
import { CodeEditor } from '../../editor/CodeEditor.tsx';
import { BoundaryPick } from '../identity/BoundaryPick.tsx';
import { CreateForm } from '../identity/CreateForm.tsx';
import type { Duty } from '../identity/duties.ts';
import { DutySelect } from '../identity/DutySelect.tsx';
import { dutySteps } from '../identity/dutySteps.ts';
import { NameField, nameProblem } from '../identity/NameField.tsx';
import { PathField, pathProblem } from '../identity/PathField.tsx';
import { PolicyPicks } from '../identity/PolicyPicks.tsx';
import type { Step } from '../identity/steps.ts';
import { DurationField } from './DurationField.tsx';
import { type Trust, trustPolicy, trustProblem } from './trust.ts';
import { TrustForm, trustOf } from './TrustForm.tsx';

export function CreateRole() {
  const session = useSession();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [trust, setTrust] = useState<Trust>(() => trustOf(search.get('provider'), session));
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [duration, setDuration] = useState(3600);
  const [duty, setDuty] = useState<Duty>();
  const [arns, setArns] = useState<string[]>([]);
  const [boundary, setBoundary] = useState<string>();
  const [path, setPath] = useState('/');
  const [tags, setTags] = useState<readonly EditedTag[]>([]);
  const [tagsValid, setTagsValid] = useState(true);
  const [tried, setTried] = useState(false);
  const document = trustPolicy(trust, session.partition);
  const choose = (next: Duty | undefined) => {
    if (name === '' || name === duty?.name) setName(next?.name ?? '');
    if (description === '' || description === duty?.purpose) setDescription(next?.purpose ?? '');
    setDuty(next);
  };
  const steps = (): Step[] => [
    {
      what: `Create role ${name}`,
      run: () =>
        iam.send(
          new CreateRoleCommand({
            RoleName: name,
            Path: path,
            PermissionsBoundary: boundary,
            AssumeRolePolicyDocument: document,
            Description: description || undefined,
            MaxSessionDuration: duration,
            Tags: changes([], tags).set,
          }),
        ),
    },
    ...(duty ? dutySteps(duty, { kind: 'role', name }, session) : []),
    ...arns.map((PolicyArn) => ({ what: `Attach policy ${PolicyArn}`, run: () => iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn })) })),
  ];
  return (
    <Page title="Create role" breadcrumbs={[{ text: 'Roles', href: '/roles' }]} contentType="form">
      <CreateForm
        submit="Create role"
        cancel={to`/roles`}
        valid={nameProblem(name, 64) === undefined && trustProblem(trust) === undefined && pathProblem(path) === undefined && tagsValid}
        steps={steps}
        onTried={() => setTried(true)}
        onDone={() => {
          flash.success(`Created role ${name}`);
          void navigate(`/roles/${encodeURIComponent(name)}`, onPurpose);
        }}
      >
        <Container header={<Header variant="h2">Who may take it</Header>}>
          <SpaceBetween size="l">
            <TrustForm trust={trust} onChange={setTrust} tried={tried} />
            {trust.kind !== 'custom' && (
              <ExpandableSection headerText="The trust policy" headerDescription="It can be edited as text once the role is there.">
                <CodeEditor value={document} label="Trust policy" />
              </ExpandableSection>
            )}
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">What it may do</Header>}>
          <SpaceBetween size="l">
            <DutySelect kind="role" duty={duty} onChange={choose} />
            <PolicyPicks arns={arns} onChange={setArns} />
            <BoundaryPick arn={boundary} onChange={setBoundary} />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">Role</Header>}>
          <SpaceBetween size="l">
            <NameField label="Role name" value={name} onChange={setName} max={64} tried={tried} autoFocus={false} />
            <FormField label="Description">
              <Input value={description} onChange={({ detail }) => setDescription(detail.value)} autoComplete={false} />
            </FormField>
            <DurationField value={duration} onChange={setDuration} />
            <PathField value={path} onChange={setPath} example="/developers/" />
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
