import type { RouteObject } from 'react-router';

import { Ask } from './Ask.tsx';

export const routes: RouteObject[] = [{ path: 'ask', element: <Ask /> }];
