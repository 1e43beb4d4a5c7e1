import {
  DeleteOpenIDConnectProviderCommand,
  DeleteSAMLProviderCommand,
  GetOpenIDConnectProviderCommand,
  GetSAMLProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  ListSAMLProvidersCommand,
  type GetOpenIDConnectProviderResponse,
  type GetSAMLProviderResponse,
  type Role,
} from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';

/** Provider is an identity provider of either kind, as it stands in the list. */
export interface Provider {
  arn: string;
  kind: 'OIDC' | 'SAML';
  /** What follows oidc-provider/ or saml-provider/ in the ARN. */
  name: string;
  created?: Date;
  /** Of SAML, when the metadata end. */
  validUntil?: Date;
}

/** nameOf is what follows the kind in a provider's ARN. */
export function nameOf(arn: string): string {
  return arn.replace(/^.*:(oidc|saml)-provider\//, '');
}

/** kindOf tells the kinds apart by the ARN. */
export function kindOf(arn: string): Provider['kind'] {
  return /:oidc-provider\//.test(arn) ? 'OIDC' : 'SAML';
}

/** providers are all of the account. */
export async function providers(abortSignal: AbortSignal): Promise<Provider[]> {
  const [oidc, saml] = await Promise.all([
    iam.send(new ListOpenIDConnectProvidersCommand({}), { abortSignal }),
    iam.send(new ListSAMLProvidersCommand({}), { abortSignal }),
  ]);
  return [
    ...(oidc.OpenIDConnectProviderList ?? []).map(({ Arn = '' }) => ({ arn: Arn, kind: 'OIDC' as const, name: nameOf(Arn) })),
    ...(saml.SAMLProviderList ?? []).map(({ Arn = '', CreateDate, ValidUntil }) => ({ arn: Arn, kind: 'SAML' as const, name: nameOf(Arn), created: CreateDate, validUntil: ValidUntil })),
  ];
}

export type Details = { oidc: GetOpenIDConnectProviderResponse; saml?: undefined } | { saml: GetSAMLProviderResponse; oidc?: undefined };

/** provider reads one. */
export async function provider(arn: string, abortSignal: AbortSignal): Promise<Details> {
  if (kindOf(arn) === 'OIDC') return { oidc: await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), { abortSignal }) };
  return { saml: await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn: arn }), { abortSignal }) };
}

/** lines are the values of a field that takes one a line. */
export function lines(text: string): string[] {
  return text.split('\n').flatMap((line) => line.trim() || []);
}

/** removeProvider deletes one. */
export async function removeProvider(arn: string): Promise<void> {
  if (kindOf(arn) === 'OIDC') await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  else await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn: arn }));
}

/** trusting are the roles whose trust policies name one of some providers. */
export async function trusting(arns: readonly string[], abortSignal: AbortSignal): Promise<Role[]> {
  const roles = await all((Marker) => iam.send(new ListRolesCommand({ Marker, MaxItems: 1000 }), { abortSignal }), ({ Roles }) => Roles);
  return roles.filter(({ AssumeRolePolicyDocument = '' }) => {
    const document = decodeURIComponent(AssumeRolePolicyDocument);
    return arns.some((arn) => document.includes(`"${arn}"`));
  });
}
