import { type EntityType, GetAccountAuthorizationDetailsCommand, type GetAccountAuthorizationDetailsResponse } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { type Pages, usePages } from '../../api/usePages.ts';

/** pageSize is how many entities one answer holds: few enough that reading them takes no noticeable time. */
export const pageSize = 100;

/**
 * useDetails reads what lists do not have: tags, groups and policies of all users, groups or roles. Who may not call
 * GetAccountAuthorizationDetails sees the lists without.
 */
export function useDetails<T>(Filter: EntityType[], of: (answer: GetAccountAuthorizationDetailsResponse) => T[] | undefined): Pages<T> {
  return usePages(
    async (Marker, abortSignal) => {
      const answer = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter, Marker, MaxItems: pageSize }), { abortSignal });
      return { items: of(answer) ?? [], next: answer.Marker };
    },
    [Filter],
  );
}
