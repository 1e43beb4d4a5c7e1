import { ListGroupsCommand } from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { type Call, useCall } from '../../api/useCall.ts';

/** useGroupNames are the names of all groups, for choosing among them. */
export function useGroupNames(): Call<string[]> {
  return useCall(
    (abortSignal) =>
      all(
        (Marker) => iam.send(new ListGroupsCommand({ Marker, MaxItems: 1000 }), { abortSignal }),
        ({ Groups }) => Groups?.map(({ GroupName = '' }) => GroupName),
      ),
    [],
  );
}
