import { ListPolicyTagsCommand, TagPolicyCommand, UntagPolicyCommand } from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { definedTags } from '../identity/properties.ts';
import { TagsTab } from '../identity/TagsTab.tsx';
import { nameOf } from './policy.ts';

/** PolicyTags are the tags of a policy of the account. */
export function PolicyTags({ arn: PolicyArn }: { arn: string }) {
  return (
    <TagsTab
      what={`policy ${nameOf(PolicyArn)}`}
      read={async (abortSignal) => definedTags(await all((Marker) => iam.send(new ListPolicyTagsCommand({ PolicyArn, Marker }), { abortSignal }), ({ Tags }) => Tags))}
      set={(Tags) => iam.send(new TagPolicyCommand({ PolicyArn, Tags }))}
      remove={(TagKeys) => iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys }))}
    />
  );
}
