import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';

/** CodeFields asks for codes of an authenticator in a row. */
export function CodeFields({ labels, codes, onChange }: { labels: readonly string[]; codes: readonly string[]; onChange: (codes: string[]) => void }) {
  return (
    <SpaceBetween size="m">
      {labels.map((label, i) => (
        <FormField key={label} label={label}>
          <Input
            value={codes[i]!}
            inputMode="numeric"
            autoComplete="one-time-code"
            onChange={({ detail }) => onChange(codes.with(i, detail.value.trim()))}
          />
        </FormField>
      ))}
    </SpaceBetween>
  );
}

/** codesReady: each is six digits, and none is another. */
export function codesReady(codes: readonly string[]): boolean {
  return codes.every((code) => /^\d{6}$/.test(code)) && new Set(codes).size === codes.length;
}
