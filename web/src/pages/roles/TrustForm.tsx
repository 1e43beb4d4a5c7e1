import { GetOpenIDConnectProviderCommand, ListOpenIDConnectProvidersCommand, ListSAMLProvidersCommand } from '@aws-sdk/client-iam';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { useSession } from '../../app/SessionContext.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { PolicyEditor } from '../../editor/PolicyEditor.tsx';
import { type Trust, type TrustKind, trustPolicy, trustProblem } from './trust.ts';

export interface TrustFormProps {
  trust: Trust;
  onChange: (trust: Trust) => void;
  /** Problems are shown once somebody tried to go on. */
  tried: boolean;
}

const tiles: { value: TrustKind; label: string; description: string }[] = [
  { value: 'account', label: 'Account', description: 'Users and roles of this account, or of another one.' },
  { value: 'service', label: 'Service', description: 'A service that works for you.' },
  { value: 'web', label: 'Web identity', description: 'People and programs of an OpenID Connect provider.' },
  { value: 'saml', label: 'SAML', description: 'People of a SAML 2.0 provider.' },
  { value: 'custom', label: 'A policy of your own', description: 'Whatever a trust policy can say: several principals, and further conditions.' },
];

/** TrustForm asks whom a role trusts. */
export function TrustForm({ trust, onChange, tried }: TrustFormProps) {
  const session = useSession();
  const choose = (kind: TrustKind) => onChange(emptyTrust(kind, session));
  return (
    <SpaceBetween size="l">
      <FormField label="Trusted" stretch>
        <Tiles items={tiles} value={trust.kind} onChange={({ detail }) => choose(detail.value as TrustKind)} columns={2} />
      </FormField>
      {trust.kind === 'account' && <AccountTrust trust={trust} onChange={onChange} tried={tried} />}
      {trust.kind === 'service' && (
        <FormField label="Service" description="The name by which the service calls." errorText={tried && trustProblem(trust)}>
          <Input value={trust.service} onChange={({ detail }) => onChange({ ...trust, service: detail.value.trim() })} placeholder="build.example.com" autoComplete={false} />
        </FormField>
      )}
      {trust.kind === 'web' && <WebTrust trust={trust} onChange={onChange} tried={tried} />}
      {trust.kind === 'custom' && (
        <FormField label="Trust policy" stretch errorText={tried && trustProblem(trust)}>
          <PolicyEditor text={trust.document} onChange={(document) => onChange({ kind: 'custom', document })} kind="trust" />
        </FormField>
      )}
      {trust.kind === 'saml' && <SamlTrust trust={trust} onChange={onChange} tried={tried} />}
    </SpaceBetween>
  );
}

/** Place is the account that a role is in. */
interface Place {
  account: string;
  partition: string;
}

/** emptyTrust is where a form of a kind begins. */
export function emptyTrust(kind: TrustKind, place: Place): Trust {
  const { account, partition } = place;
  switch (kind) {
    case 'account':
      return { kind, account, mfa: true, externalId: '' };
    case 'service':
      return { kind, service: '' };
    case 'web':
      return { kind, provider: '', audience: '', subject: '' };
    case 'saml':
      return { kind, provider: '', audience: 'https://signin.aws.amazon.com/saml' };
    case 'custom':
      return { kind, document: trustPolicy(emptyTrust('account', place), partition) };
  }
}

/** trustOf is where the form begins for a role of a provider, whose ARN a link gives; without one, for a role of the account. */
export function trustOf(provider: string | null, place: Place): Trust {
  if (provider === null) return emptyTrust('account', place);
  return { ...emptyTrust(provider.includes(':saml-provider/') ? 'saml' : 'web', place), provider } as Trust;
}

interface PartProps<K extends TrustKind> {
  trust: Extract<Trust, { kind: K }>;
  onChange: (trust: Trust) => void;
  tried: boolean;
}

function AccountTrust({ trust, onChange, tried }: PartProps<'account'>) {
  const { account } = useSession();
  const other = trust.account !== account;
  return (
    <SpaceBetween size="l">
      <FormField label="Account ID" constraintText={`This account is ${account}.`} errorText={tried && trustProblem(trust)}>
        <Input value={trust.account} onChange={({ detail }) => onChange({ ...trust, account: detail.value.replace(/\D/g, '') })} inputMode="numeric" autoComplete={false} />
      </FormField>
      <Checkbox checked={trust.mfa} onChange={({ detail }) => onChange({ ...trust, mfa: detail.checked })} description="Programs without a person do not have it.">
        Only with MFA
      </Checkbox>
      {other && (
        <FormField label="External ID" description="If the other account works for several customers: what they agreed on with you, so that it takes this role for you only.">
          <Input value={trust.externalId} onChange={({ detail }) => onChange({ ...trust, externalId: detail.value.trim() })} autoComplete={false} />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function WebTrust({ trust, onChange, tried }: PartProps<'web'>) {
  const providers = useCall(async (abortSignal) => {
    const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}), { abortSignal });
    return OpenIDConnectProviderList.map(({ Arn = '' }) => Arn);
  }, []);
  const audiences = useCall(
    async (abortSignal) => {
      if (trust.provider === '') return [];
      return (await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: trust.provider }), { abortSignal })).ClientIDList ?? [];
    },
    [trust.provider],
  );
  const problem = tried ? trustProblem(trust) : undefined;
  return (
    <SpaceBetween size="l">
      <ErrorAlert error={providers.error ?? audiences.error} onRetry={providers.reload} />
      <ProviderSelect arns={providers.data} value={trust.provider} onChange={(provider) => onChange({ ...trust, provider, audience: '' })} problem={trust.provider === '' ? problem : undefined} />
      <FormField label="Audience" description="Whom the tokens must be for: a client ID of the provider." errorText={trust.provider !== '' && problem}>
        <Autosuggest
          value={trust.audience}
          options={(audiences.data ?? []).map((value) => ({ value }))}
          onChange={({ detail }) => onChange({ ...trust, audience: detail.value })}
          enteredTextLabel={(value) => `Use “${value}”`}
          empty="The provider has no client IDs"
          ariaLabel="Audience"
        />
      </FormField>
      <FormField label="Subject" description="Who of the provider: one subject, or several with *. Without it, everybody who gets a token for the audience.">
        <Input value={trust.subject} onChange={({ detail }) => onChange({ ...trust, subject: detail.value.trim() })} placeholder="repo:example/app:*" autoComplete={false} />
      </FormField>
    </SpaceBetween>
  );
}

function SamlTrust({ trust, onChange, tried }: PartProps<'saml'>) {
  const providers = useCall(async (abortSignal) => {
    const { SAMLProviderList = [] } = await iam.send(new ListSAMLProvidersCommand({}), { abortSignal });
    return SAMLProviderList.map(({ Arn = '' }) => Arn);
  }, []);
  const problem = tried ? trustProblem(trust) : undefined;
  return (
    <SpaceBetween size="l">
      <ErrorAlert error={providers.error} onRetry={providers.reload} />
      <ProviderSelect arns={providers.data} value={trust.provider} onChange={(provider) => onChange({ ...trust, provider })} problem={trust.provider === '' ? problem : undefined} />
      <FormField label="Audience" errorText={trust.provider !== '' && problem}>
        <Input value={trust.audience} onChange={({ detail }) => onChange({ ...trust, audience: detail.value.trim() })} autoComplete={false} />
      </FormField>
    </SpaceBetween>
  );
}

function ProviderSelect({ arns, value, onChange, problem }: { arns: string[] | undefined; value: string; onChange: (arn: string) => void; problem: string | undefined }) {
  const option = (arn: string) => ({ value: arn, label: arn.slice(arn.indexOf('/') + 1), description: arn });
  return (
    <FormField label="Provider" errorText={problem}>
      <Select
        selectedOption={value ? option(value) : null}
        options={(arns ?? []).map(option)}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
        placeholder="Choose a provider"
        statusType={arns ? 'finished' : 'loading'}
        empty="There is no provider yet"
        expandToViewport
      />
    </FormField>
  );
}
