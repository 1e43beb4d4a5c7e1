import SpaceBetween from '@cloudscape-design/components/space-between';

import { AttachedPolicies } from '../../editor/AttachedPolicies.tsx';
import { Boundary } from '../../editor/Boundary.tsx';
import type { Holder } from '../../editor/holder.ts';
import { InlinePolicies } from '../../editor/InlinePolicies.tsx';

export interface PermissionsProps {
  holder: Holder;
  /** The permissions boundary of a user or role. */
  boundary?: string | undefined;
  onChanged: () => void;
}

/** Permissions are the policies of a user, group or role, and the boundary of the two that have one. */
export function Permissions({ holder, boundary, onChanged }: PermissionsProps) {
  const { kind, name } = holder;
  return (
    <SpaceBetween size="l">
      <AttachedPolicies holder={holder} />
      <InlinePolicies holder={holder} />
      {kind !== 'group' && <Boundary holder={{ kind, name }} arn={boundary} onChanged={onChanged} />}
    </SpaceBetween>
  );
}
