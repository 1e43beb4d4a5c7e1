import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useSession } from '../../app/SessionContext.tsx';
import { CodeEditor } from '../../editor/CodeEditor.tsx';
import { documentOf, duties, type Duty, policiesOf } from './duties.ts';

export interface DutySelectProps {
  /** What gets it. */
  kind: 'group' | 'role';
  duty: Duty | undefined;
  onChange: (duty: Duty | undefined) => void;
}

const none = { value: '', label: 'None', description: 'Choose policies yourself, now or later.' };

/** DutySelect chooses a duty and shows the policies that come with it. */
export function DutySelect({ kind, duty, onChange }: DutySelectProps) {
  const place = useSession();
  const options = [none, ...duties.map(({ id, name, purpose }) => ({ value: id, label: name, description: purpose }))];
  return (
    <SpaceBetween size="s">
      <FormField label="Duty" description="A template: the policies for one kind of work, and nothing else.">
        <Select
          selectedOption={options.find(({ value }) => value === (duty?.id ?? ''))!}
          options={options}
          triggerVariant="option"
          onChange={({ detail }) => onChange(duties.find(({ id }) => id === detail.selectedOption.value))}
          expandToViewport
        />
      </FormField>
      {duty && policiesOf(duty, kind).map((policy) => (
        <ExpandableSection key={policy.name} headerText={`Policy ${policy.name}`} headerDescription={policy.description}>
          <CodeEditor value={documentOf(policy, place)} label={`Policy ${policy.name}`} />
        </ExpandableSection>
      ))}
    </SpaceBetween>
  );
}
