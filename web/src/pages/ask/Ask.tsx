import { ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import Alert from '@cloudscape-design/components/alert';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { useSession } from '../../app/SessionContext.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { useFormOf } from '../../components/useFormOf.ts';
import { catalog } from '../../editor/catalog.ts';
import { resourceOptions } from '../../editor/complete.ts';
import { ContextEntries } from '../../editor/ContextEntries.tsx';
import { split } from '../../editor/reference.ts';
import { AnswerView } from './AnswerView.tsx';
import { ask } from './explain.ts';
import { SessionPolicies } from './SessionPolicies.tsx';
import { type Question, readQuestion, unfit, writeQuestion } from './question.ts';

/** Ask is the simulator: who, what, on what and how, and the decision with its reasons. Its address reproduces it. */
export function Ask() {
  const [search, setSearch] = useSearchParams();
  const asked = readQuestion(search);
  const { key, sent } = useFormOf(search.toString());
  const give = (question: Question) => {
    const next = writeQuestion(question);
    sent(next.toString());
    setSearch(next);
  };
  return <Asking key={key} asked={asked} onAsk={give} />;
}

function Asking({ asked, onAsk }: { asked: Question; onAsk: (question: Question) => void }) {
  const [question, setQuestion] = useState(asked);
  const [tried, setTried] = useState(false);
  const [round, setRound] = useState(0);
  const complete = unfit(asked) === undefined;
  const { data, error, loading } = useCall(async (signal) => (complete ? ask(asked, signal) : undefined), [asked, complete, round]);
  const submit = () => {
    setTried(true);
    if (unfit(question)) return;
    if (JSON.stringify(question) === JSON.stringify(asked)) setRound(round + 1);
    else onAsk(question);
  };
  const suggested = data?.explanation.absentKeys ?? [];
  return (
    <Page title="Ask" breadcrumbs={[]} description="Whether somebody may do something, and why: decided by the code that enforces, on the policies of now.">
      <SpaceBetween size="l">
        {asked.event && (
          <Alert type="info">
            From event <Link href={to`/trail/${asked.event}`}>{asked.event}</Link> of the trail. It is decided anew, on the policies of now and with the keys below, so that the answer may be another than it was.
          </Alert>
        )}
        <QuestionForm question={question} tried={tried} suggested={suggested} onChange={setQuestion} onSubmit={submit} busy={complete && loading} />
        <div aria-live="polite">
          {error !== undefined && <ErrorAlert error={error} />}
          {complete && loading && !data && <Spinner size="large" />}
          {data && <AnswerView answer={data} question={asked} />}
        </div>
      </SpaceBetween>
    </Page>
  );
}

interface QuestionFormProps {
  question: Question;
  tried: boolean;
  suggested: readonly string[];
  busy: boolean;
  onChange: (question: Question) => void;
  onSubmit: () => void;
}

function QuestionForm({ question, tried, suggested, busy, onChange, onSubmit }: QuestionFormProps) {
  const { partition, account, arn } = useSession();
  const set = (changed: Partial<Question>) => onChange({ ...question, ...changed });
  const wrong = tried ? unfit(question) : undefined;
  const principals = useCall((signal) => principalsOf(signal), []);
  const [prefix] = split(question.action);
  const services = useCall(() => catalog.services(), []);
  const service = useCall(() => catalog.service(prefix), [prefix]);
  const resources = useCall(() => resourceOptions([question.action], catalog, { partition, account }), [question.action, partition, account]);
  const actions = question.action.includes(':')
    ? (service.data?.actions.map(({ name, level }) => ({ value: `${service.data!.prefix}:${name}`, description: level })) ?? [])
    : (services.data?.map(({ prefix: own, name }) => ({ value: `${own}:`, description: name })) ?? []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Container
        header={<Header variant="h2">The request</Header>}
        footer={
          <Button variant="primary" loading={busy}>
            Ask
          </Button>
        }
      >
        <SpaceBetween size="m">
          <FormField label="Principal" description="Who asks. A role stands for any of its sessions; a session is arn:…:assumed-role/ROLE/SESSION." errorText={wrong?.principal}>
            <Autosuggest
              value={question.principal}
              onChange={({ detail }) => set({ principal: detail.value.trim() })}
              options={[{ value: arn, description: 'you' }, ...(principals.data ?? []).filter((own) => own !== arn).map((value) => ({ value }))]}
              placeholder={`arn:${partition}:iam::${account}:user/alice`}
              enteredTextLabel={(value) => `Use ${value}`}
              statusType={principals.loading ? 'loading' : 'finished'}
              loadingText="Reading users and roles"
              empty="Type an ARN"
            />
          </FormField>
          <FormField label="Action" errorText={wrong?.action}>
            <Autosuggest
              value={question.action}
              onChange={({ detail }) => set({ action: detail.value.trim() })}
              options={actions}
              placeholder="s3:GetObject"
              enteredTextLabel={(value) => `Use ${value}`}
              empty="Type service:Action"
            />
          </FormField>
          <FormField label="Resource" errorText={wrong?.resource}>
            <Autosuggest
              value={question.resource}
              onChange={({ detail }) => set({ resource: detail.value.trim() })}
              options={(resources.data ?? []).map(({ label, detail }) => ({ value: label, ...(detail && { description: detail }) }))}
              placeholder="arn:aws:s3:::reports/q1.csv"
              enteredTextLabel={(value) => `Use ${value}`}
              empty="Type an ARN"
            />
          </FormField>
          <ContextEntries action={question.action} entries={question.entries} onChange={(entries) => set({ entries })} suggested={suggested} />
          <SessionPolicies policies={question.policies ?? []} error={wrong?.policies} onChange={(policies) => set({ policies: policies.length > 0 ? policies : undefined })} />
        </SpaceBetween>
      </Container>
    </form>
  );
}

/** principalsOf are the first users and roles, to choose from; others are typed. */
async function principalsOf(abortSignal: AbortSignal): Promise<string[]> {
  const MaxItems = 1000;
  const [users, roles] = await Promise.all([
    iam.send(new ListUsersCommand({ MaxItems }), { abortSignal }).then(({ Users = [] }) => Users.map(({ Arn }) => Arn!)),
    iam.send(new ListRolesCommand({ MaxItems }), { abortSignal }).then(({ Roles = [] }) => Roles.map(({ Arn }) => Arn!)),
  ]);
  return [...users, ...roles];
}
