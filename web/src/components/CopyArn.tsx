import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { Fragment } from 'react';

import styles from './copyArn.module.css';

/** CopyArn shows an ARN, or an id, with a button that copies it. */
export function CopyArn({ arn, what = 'ARN' }: { arn: string; what?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={arn}
      textToDisplay={arn.includes(':') ? <Parts of={arn} /> : undefined}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText={`${what} copied`}
      copyErrorText={`${what} could not be copied`}
    />
  );
}

/** Parts are those of an ARN, between which it is broken where there is little room. */
function Parts({ of }: { of: string }) {
  return (
    <span className={styles.parts}>
      {of.split(/(?<=[:/])/).map((part, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- two parts may be alike
        <Fragment key={i}>
          <wbr />
          {part}
        </Fragment>
      ))}
    </span>
  );
}
