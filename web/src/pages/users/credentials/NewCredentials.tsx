import type { AccessKey } from '@aws-sdk/client-iam';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useSession } from '../../../app/SessionContext.tsx';
import { CopyArn } from '../../../components/CopyArn.tsx';
import { Facts } from '../../../components/Facts.tsx';
import { download } from '../../../components/download.ts';
import { Secret } from '../../../components/Secret.tsx';
import { signInPage } from '../../identity/signInPage.ts';

export interface NewCredentialsProps {
  user: string;
  password?: string | undefined;
  accessKey?: AccessKey | undefined;
}

/** NewCredentials shows what is shown once: a new password and a new access key. */
export function NewCredentials({ user, password, accessKey }: NewCredentialsProps) {
  const { account, alias, region } = useSession();
  const items = [];
  if (password !== undefined) {
    items.push({ label: 'Sign-in page', value: <CopyArn arn={signInPage({ account, alias })} what="address" /> });
    items.push({ label: 'Account', value: alias ?? account }, { label: 'User name', value: user });
    items.push({ label: 'Password', value: <Secret value={password} what="password" /> });
  }
  if (accessKey) {
    items.push({ label: 'Access key ID', value: <CopyArn arn={accessKey.AccessKeyId!} what="access key ID" /> });
    items.push({ label: 'Secret access key', value: <Secret value={accessKey.SecretAccessKey!} what="secret access key" /> });
  }
  return (
    <SpaceBetween size="m">
      <Alert type="warning" header="This is the only time that these are shown">
        Hand them over on a safe way. Whoever has them can act as {user}.
      </Alert>
      <Facts columns={2} items={items} />
      <SpaceBetween direction="horizontal" size="xs">
        {accessKey && (
          <Button iconName="download" onClick={() => download(`${user}.credentials`, profile(user, accessKey, region))}>
            Download credentials file
          </Button>
        )}
        <Button iconName="download" onClick={() => download(`${user}.csv`, table({ user, password, accessKey, account, page: signInPage({ account, alias }) }))}>
          Download .csv
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

/** profile is a credentials file as the AWS CLI and SDKs read it; the service's address is in it too. */
function profile(user: string, { AccessKeyId, SecretAccessKey }: AccessKey, region: string): string {
  return `[${user}]\naws_access_key_id = ${AccessKeyId}\naws_secret_access_key = ${SecretAccessKey}\nendpoint_url = ${location.origin}\nregion = ${region}\n`;
}

function table({ user, password = '', accessKey, account, page }: NewCredentialsProps & { account: string; page: string }): string {
  const name = /^[=+\-@]/.test(user) ? `'${user}` : user; // else a spreadsheet takes it for a formula
  const values = [name, password, accessKey?.AccessKeyId ?? '', accessKey?.SecretAccessKey ?? '', page, account];
  const quoted = values.map((value) => `"${value.replaceAll('"', '""')}"`);
  return `User name,Password,Access key ID,Secret access key,Console sign-in URL,Account\n${quoted.join(',')}\n`;
}
