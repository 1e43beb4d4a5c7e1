import { AddUserToGroupCommand, AttachGroupPolicyCommand, CreateGroupCommand } from '@aws-sdk/client-iam';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { to } from '../../app/links.ts';
import { useSession } from '../../app/SessionContext.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { CreateForm } from '../identity/CreateForm.tsx';
import type { Duty } from '../identity/duties.ts';
import { DutySelect } from '../identity/DutySelect.tsx';
import { dutySteps } from '../identity/dutySteps.ts';
import { NameField, nameProblem } from '../identity/NameField.tsx';
import { PathField, pathProblem } from '../identity/PathField.tsx';
import { PolicyPicks } from '../identity/PolicyPicks.tsx';
import type { Step } from '../identity/steps.ts';
import { UserSelect } from './UserSelect.tsx';

export function CreateGroup() {
  const session = useSession();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [duty, setDuty] = useState<Duty>();
  const [arns, setArns] = useState<string[]>([]);
  const [users, setUsers] = useState<readonly string[]>([]);
  const [path, setPath] = useState('/');
  const [tried, setTried] = useState(false);
  const choose = (next: Duty | undefined) => {
    if (name === '' || name === duty?.name) setName(next?.name ?? '');
    setDuty(next);
  };
  const steps = (): Step[] => [
    { what: `Create group ${name}`, run: () => iam.send(new CreateGroupCommand({ GroupName: name, Path: path })) },
    ...(duty ? dutySteps(duty, { kind: 'group', name }, session) : []),
    ...arns.map((PolicyArn) => ({ what: `Attach policy ${PolicyArn}`, run: () => iam.send(new AttachGroupPolicyCommand({ GroupName: name, PolicyArn })) })),
    ...users.map((UserName) => ({ what: `Add user ${UserName}`, run: () => iam.send(new AddUserToGroupCommand({ GroupName: name, UserName })) })),
  ];
  return (
    <Page title="Create group" breadcrumbs={[{ text: 'Groups', href: '/groups' }]} contentType="form">
      <CreateForm
        submit="Create group"
        cancel={to`/groups`}
        valid={nameProblem(name, 128) === undefined && pathProblem(path) === undefined}
        steps={steps}
        onTried={() => setTried(true)}
        onDone={() => {
          flash.success(`Created group ${name}`);
          void navigate(`/groups/${encodeURIComponent(name)}`);
        }}
      >
        <Container header={<Header variant="h2">Group</Header>}>
          <SpaceBetween size="l">
            <DutySelect kind="group" duty={duty} onChange={choose} />
            <NameField label="Group name" value={name} onChange={setName} max={128} tried={tried} />
            <PathField value={path} onChange={setPath} example="/teams/" />
            <PolicyPicks arns={arns} onChange={setArns} />
            <UserSelect label="Users – optional" chosen={users} onChange={setUsers} />
          </SpaceBetween>
        </Container>
      </CreateForm>
    </Page>
  );
}
