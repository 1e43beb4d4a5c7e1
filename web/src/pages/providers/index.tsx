import type { RouteObject } from 'react-router';

import { ProviderPage } from './ProviderPage.tsx';
import { Providers } from './Providers.tsx';

export const routes: RouteObject[] = [
  { path: 'providers', element: <Providers /> },
  { path: 'providers/:arn', element: <ProviderPage /> },
];
