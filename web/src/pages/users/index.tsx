import type { RouteObject } from 'react-router';

import { Users } from './Users.tsx';

export const routes: RouteObject[] = [{ path: 'users', element: <Users /> }];
