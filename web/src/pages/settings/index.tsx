import type { RouteObject } from 'react-router';

import { AccountSettings } from './AccountSettings.tsx';

export const routes: RouteObject[] = [{ path: 'account-settings', element: <AccountSettings /> }];
