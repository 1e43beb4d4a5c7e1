import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';

const hours = [1, 2, 4, 8, 12];

/** inHours is a duration of so many seconds in words. */
export function inHours(seconds: number): string {
  const count = seconds / 3600;
  return Number.isInteger(count) ? `${count} ${count === 1 ? 'hour' : 'hours'}` : `${Math.round(seconds / 60)} minutes`;
}

/** DurationField asks how long a session of a role may be, in seconds. */
export function DurationField({ value, onChange }: { value: number; onChange: (seconds: number) => void }) {
  const options = [...new Set([...hours.map((hour) => hour * 3600), value])].toSorted((a, b) => a - b).map((seconds) => ({ value: String(seconds), label: inHours(seconds) }));
  return (
    <FormField label="Maximum session duration" description="Whoever takes the role may ask for less.">
      <Select
        options={options}
        selectedOption={options.find((option) => option.value === String(value))!}
        onChange={({ detail }) => onChange(Number(detail.selectedOption.value))}
        expandToViewport
      />
    </FormField>
  );
}
