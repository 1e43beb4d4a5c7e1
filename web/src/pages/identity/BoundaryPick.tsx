import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TokenGroup from '@cloudscape-design/components/token-group';
import { useState } from 'react';

import { PolicyChooser } from '../../editor/PolicyChooser.tsx';

/** BoundaryPick chooses the permissions boundary of what is being made. */
export function BoundaryPick({ arn, onChange }: { arn: string | undefined; onChange: (arn: string | undefined) => void }) {
  const [choosing, setChoosing] = useState(false);
  return (
    <FormField label="Permissions boundary – optional" description="The most that it may do, whatever its policies allow.">
      <SpaceBetween size="xs">
        {arn !== undefined && (
          <TokenGroup
            items={[{ label: arn.slice(arn.lastIndexOf('/') + 1), description: arn, dismissLabel: `Remove ${arn}` }]}
            onDismiss={() => onChange(undefined)}
          />
        )}
        <Button formAction="none" onClick={() => setChoosing(true)}>
          {arn === undefined ? 'Choose a boundary' : 'Choose another boundary'}
        </Button>
      </SpaceBetween>
      {choosing && (
        <PolicyChooser
          title="Choose a permissions boundary"
          onChoose={([chosen]) => {
            onChange(chosen);
            setChoosing(false);
          }}
          onDismiss={() => setChoosing(false)}
        />
      )}
    </FormField>
  );
}
