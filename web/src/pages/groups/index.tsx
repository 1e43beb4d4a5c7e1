import type { RouteObject } from 'react-router';

import { CreateGroup } from './CreateGroup.tsx';
import { Group } from './Group.tsx';
import { Groups } from './Groups.tsx';

export const routes: RouteObject[] = [
  { path: 'groups', element: <Groups /> },
  { path: 'groups/create', element: <CreateGroup /> },
  { path: 'groups/:name', element: <Group /> },
];
