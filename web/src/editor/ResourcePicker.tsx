import Autosuggest from '@cloudscape-design/components/autosuggest';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { useSession } from '../app/SessionContext.tsx';
import { catalog } from './catalog.ts';
import { Chosen } from './Chosen.tsx';
import { resourceOptions } from './complete.ts';

/** ResourcePicker chooses a statement's resources, with the forms of the ARNs that its actions work on. */
export function ResourcePicker({ actions, resources, onChange }: { actions: string[]; resources: string[]; onChange: (resources: string[]) => void }) {
  const { partition, account } = useSession();
  const [typed, setTyped] = useState('');
  const { data = [] } = useCall(() => resourceOptions(actions, catalog, { partition, account }), [actions, partition, account]);
  const unfilled = /\$\{(?!\w+:)/.test(typed);
  const add = (text: string) => {
    if (text === '') return;
    if (/\$\{(?!\w+:)/.test(text)) return setTyped(text); // a form, to be filled in
    if (!resources.includes(text)) onChange([...resources, text]);
    setTyped('');
  };
  return (
    <SpaceBetween size="xs">
      <FormField label="Resource" description="An ARN, with * and ? where it stands for several. Press Enter to add it." constraintText={unfilled && 'Put names, or *, in place of the ${placeholders}.'}>
        <Autosuggest
          value={typed}
          onChange={({ detail }) => setTyped(detail.value)}
          onSelect={({ detail }) => add(detail.value)}
          onKeyDown={({ detail }) => detail.key === 'Enter' && add(typed.trim())}
          onBlur={() => add(typed.trim())}
          options={data.map(({ label, detail }) => ({ value: label, ...(detail && { description: detail }) }))}
          placeholder="arn:aws:s3:::reports/*"
          enteredTextLabel={(value) => `Add ${value}`}
          empty="Choose actions first, or type an ARN"
        />
      </FormField>
      <Chosen what="resource" values={resources} onChange={onChange} empty="No resources yet." />
    </SpaceBetween>
  );
}
