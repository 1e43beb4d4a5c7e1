import {
  ListOpenIDConnectProviderTagsCommand,
  ListSAMLProviderTagsCommand,
  TagOpenIDConnectProviderCommand,
  TagSAMLProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UntagSAMLProviderCommand,
} from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { definedTags } from '../identity/properties.ts';
import { TagsTab } from '../identity/TagsTab.tsx';
import { kindOf, nameOf } from './providers.ts';

/** ProviderTags are the tags of a provider of either kind. */
export function ProviderTags({ arn }: { arn: string }) {
  const what = `provider ${nameOf(arn)}`;
  if (kindOf(arn) === 'OIDC') {
    const OpenIDConnectProviderArn = arn;
    return (
      <TagsTab
        what={what}
        read={async (abortSignal) => definedTags(await all((Marker) => iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn, Marker }), { abortSignal }), ({ Tags }) => Tags))}
        set={(Tags) => iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }))}
        remove={(TagKeys) => iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys }))}
      />
    );
  }
  const SAMLProviderArn = arn;
  return (
    <TagsTab
      what={what}
      read={async (abortSignal) => definedTags(await all((Marker) => iam.send(new ListSAMLProviderTagsCommand({ SAMLProviderArn, Marker }), { abortSignal }), ({ Tags }) => Tags))}
      set={(Tags) => iam.send(new TagSAMLProviderCommand({ SAMLProviderArn, Tags }))}
      remove={(TagKeys) => iam.send(new UntagSAMLProviderCommand({ SAMLProviderArn, TagKeys }))}
    />
  );
}
