import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

/** MetadataField takes a SAML provider's metadata: a file, or its text. */
export function MetadataField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [files, setFiles] = useState<File[]>([]);
  const take = async (chosen: File[]) => {
    setFiles(chosen);
    onChange((await chosen[0]?.text()) ?? '');
  };
  return (
    <SpaceBetween size="s">
      <FormField label="Metadata" description="The XML document that the provider publishes.">
        <Textarea value={value} onChange={({ detail }) => onChange(detail.value)} rows={6} spellcheck={false} placeholder="<EntityDescriptor …" />
      </FormField>
      <FileUpload
        value={files}
        onChange={({ detail }) => void take(detail.value)}
        accept=".xml,application/xml,text/xml"
        i18nStrings={{
          uploadButtonText: () => 'Choose a file',
          dropzoneText: () => 'Drop the file here',
          removeFileAriaLabel: () => 'Remove the file',
          limitShowFewer: 'Show fewer',
          limitShowMore: 'Show more',
          errorIconAriaLabel: 'Error',
          warningIconAriaLabel: 'Warning',
        }}
        showFileSize
      />
    </SpaceBetween>
  );
}
