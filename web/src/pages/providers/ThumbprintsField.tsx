import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';

import { lines } from './providers.ts';

/** thumbprintsFit: each line is the SHA-1 of a certificate in hexadecimal. */
export function thumbprintsFit(text: string): boolean {
  return lines(text).every((line) => /^[0-9a-f]{40}$/i.test(line));
}

/** ThumbprintsField asks which certificates the server of an OpenID Connect provider may have. */
export function ThumbprintsField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <FormField
      label="Thumbprints – optional"
      description="SHA-1 of the certificates that its server may have, one a line, where its certificate is none that the system trusts."
      errorText={!thumbprintsFit(value) && 'A thumbprint is 40 hexadecimal digits.'}
    >
      <Textarea value={value} onChange={({ detail }) => onChange(detail.value)} rows={3} spellcheck={false} />
    </FormField>
  );
}
