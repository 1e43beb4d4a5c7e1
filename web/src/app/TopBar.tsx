import TopNavigation from '@cloudscape-design/components/top-navigation';

import { signOut } from '../api/session.ts';
import { flash } from '../components/Flash.tsx';
import { to } from './links.ts';
import { useSession } from './SessionContext.tsx';
import { setTheme, type Theme, useTheme } from './theme.ts';
import logo from './warder.svg';

/** TopBar shows whose account this is, in which region, and who is signed in. */
export function TopBar() {
  const session = useSession();
  const theme = useTheme();
  const account = session.account.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3');
  return (
    <div id="top">
      <TopNavigation
        identity={{ href: to`/`, title: 'Warder', logo: { src: logo, alt: 'Logo' } }}
        utilities={[
          { type: 'button', text: session.region, ariaLabel: `Region ${session.region}`, disableUtilityCollapse: false },
          {
            type: 'menu-dropdown',
            iconName: 'settings',
            ariaLabel: 'Look',
            title: 'Look',
            items: [{ id: 'look', text: 'Look', items: themes(theme) }],
            onItemClick: ({ detail }) => setTheme(detail.id as Theme),
          },
          {
            type: 'menu-dropdown',
            text: `${session.name} @ ${session.alias ?? account}`,
            description: session.arn,
            iconName: 'user-profile',
            items: [
              { id: 'credentials', text: 'Security credentials', href: to`/security-credentials` },
              { id: 'account', text: 'Account settings', href: to`/account-settings` },
              { id: 'signout', text: 'Sign out' },
            ],
            onItemClick: ({ detail }) => {
              if (detail.id === 'signout') signOut().catch(flash.error);
            },
          },
        ]}
      />
    </div>
  );
}

function themes(current: Theme) {
  const names: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };
  return Object.entries(names).map(([id, text]) => ({ id, text, itemType: 'checkbox' as const, checked: id === current }));
}
