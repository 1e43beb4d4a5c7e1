import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';

/** pathProblem says what is wrong with a path of an ARN. */
export function pathProblem(path: string): string | undefined {
  if (path.length > 512) return 'At most 512 characters.';
  return /^\/([\x21-\x2e\x30-\x7e]+\/)*$/.test(path) ? undefined : 'It begins and ends with /, such as /developers/.';
}

/** PathField asks for the path of a user, group or role: a part of its ARN, by which policies can name many at once. */
export function PathField({ value, onChange, example }: { value: string; onChange: (path: string) => void; example: string }) {
  return (
    <FormField label="Path" description={`A part of the ARN, by which policies can name several at once: ${example}, for example. It cannot be seen in the name.`} errorText={pathProblem(value)}>
      <Input value={value} onChange={({ detail }) => onChange(detail.value.trim())} autoComplete={false} spellcheck={false} />
    </FormField>
  );
}
