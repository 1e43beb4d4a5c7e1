import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { Fragment } from 'react';

import styles from './copyArn.module.css';

/** CopyArn shows an ARN, or an id, with a button that copies it. Where there is little room it is broken between its parts. */
export function CopyArn({ arn, what = 'ARN' }: { arn: string; what?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={arn}
      textToDisplay={
        <span className={styles.text}>
          {arn.split(/(?<=[:/])/).map((part, i) => (
            // oxlint-disable-next-line react/no-array-index-key -- the parts have no other name
            <Fragment key={i}>
              <wbr />
              {part}
            </Fragment>
          ))}
        </span>
      }
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText={`${what} copied`}
      copyErrorText={`${what} could not be copied`}
    />
  );
}
