import type { RouteObject } from 'react-router';

import { CreateRole } from './CreateRole.tsx';
import { Role } from './Role.tsx';
import { Roles } from './Roles.tsx';

export const routes: RouteObject[] = [
  { path: 'roles', element: <Roles /> },
  { path: 'roles/create', element: <CreateRole /> },
  { path: 'roles/:name', element: <Role /> },
];
