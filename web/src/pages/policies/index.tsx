import type { RouteObject } from 'react-router';

import { CreatePolicy } from './CreatePolicy.tsx';
import { EditPolicy } from './EditPolicy.tsx';
import { Policies } from './Policies.tsx';
import { PolicyDetail } from './PolicyDetail.tsx';

export const routes: RouteObject[] = [
  { path: 'policies', element: <Policies /> },
  { path: 'policies/create', element: <CreatePolicy /> },
  { path: 'policies/:arn', element: <PolicyDetail /> },
  { path: 'policies/:arn/edit', element: <EditPolicy /> },
];
