import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TokenGroup from '@cloudscape-design/components/token-group';
import { useState } from 'react';

import { PolicyChooser } from '../../editor/PolicyChooser.tsx';

/** PolicyPicks chooses managed policies to attach to what is being made. */
export function PolicyPicks({ arns, onChange }: { arns: readonly string[]; onChange: (arns: string[]) => void }) {
  const [choosing, setChoosing] = useState(false);
  return (
    <FormField label="Policies" description="Managed policies of this account or of AWS.">
      <SpaceBetween size="xs">
        <TokenGroup
          items={arns.map((arn) => ({ label: arn.slice(arn.lastIndexOf('/') + 1), description: arn, dismissLabel: `Remove ${arn}` }))}
          onDismiss={({ detail }) => onChange(arns.filter((_, i) => i !== detail.itemIndex))}
        />
        <Button formAction="none" onClick={() => setChoosing(true)}>
          Choose policies
        </Button>
      </SpaceBetween>
      {choosing && (
        <PolicyChooser
          title="Choose policies"
          several
          without={arns}
          onChoose={(more) => {
            onChange([...arns, ...more]);
            setChoosing(false);
          }}
          onDismiss={() => setChoosing(false)}
        />
      )}
    </FormField>
  );
}
