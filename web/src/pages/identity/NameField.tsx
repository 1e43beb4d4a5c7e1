import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';

export interface NameFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Most characters. */
  max: number;
  description?: string;
  /** It has the focus when the page opens, unless it stands below others. */
  autoFocus?: boolean;
  /** Problems are shown once somebody tried to go on. */
  tried: boolean;
}

/** nameProblem says what is wrong with the name of a user, group or role. */
export function nameProblem(name: string, max: number): string | undefined {
  if (name === '') return 'Give a name.';
  if (name.length > max) return `At most ${max} characters.`;
  if (!/^[\w+=,.@-]+$/.test(name)) return 'Letters, digits and + = , . @ _ - only.';
  return undefined;
}

/** NameField asks for the name of a user, group or role. */
export function NameField({ label, value, onChange, max, description, tried, autoFocus = true }: NameFieldProps) {
  const problem = nameProblem(value, max);
  return (
    <FormField
      label={label}
      description={description}
      constraintText={`Up to ${max} letters, digits and + = , . @ _ -`}
      errorText={(tried || value !== '') && problem}
    >
      <Input value={value} onChange={({ detail }) => onChange(detail.value)} autoComplete={false} spellcheck={false} autoFocus={autoFocus} />
    </FormField>
  );
}
