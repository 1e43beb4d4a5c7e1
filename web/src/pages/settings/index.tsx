import type { RouteObject } from 'react-router';

import { AccountSettings } from './AccountSettings.tsx';
import { SecurityCredentials } from './SecurityCredentials.tsx';

export const routes: RouteObject[] = [
  { path: 'account-settings', element: <AccountSettings /> },
  { path: 'security-credentials', element: <SecurityCredentials /> },
];
