import SpaceBetween from '@cloudscape-design/components/space-between';

import { Page } from '../../components/Page.tsx';
import { Alias } from './Alias.tsx';
import { Contacts } from './Contacts.tsx';
import { PasswordPolicy } from './PasswordPolicy.tsx';
import { Quotas } from './Quotas.tsx';

/** AccountSettings are what holds for the whole account. */
export function AccountSettings() {
  return (
    <Page title="Account settings" breadcrumbs={[]}>
      <SpaceBetween size="l">
        <Alias />
        <PasswordPolicy />
        <Contacts />
        <Quotas />
      </SpaceBetween>
    </Page>
  );
}
