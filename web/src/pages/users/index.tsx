import type { RouteObject } from 'react-router';

import { CreateUser } from './CreateUser.tsx';
import { User } from './User.tsx';
import { Users } from './Users.tsx';

export const routes: RouteObject[] = [
  { path: 'users', element: <Users /> },
  { path: 'users/create', element: <CreateUser /> },
  { path: 'users/:name', element: <User /> },
];
