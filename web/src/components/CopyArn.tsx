import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** CopyArn shows an ARN, or an id, with a button that copies it. */
export function CopyArn({ arn, what = 'ARN' }: { arn: string; what?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={arn}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText={`${what} copied`}
      copyErrorText={`${what} could not be copied`}
    />
  );
}
