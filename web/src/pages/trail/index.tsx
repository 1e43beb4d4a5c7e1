import type { RouteObject } from 'react-router';

import { Activity } from './Activity.tsx';
import { Event } from './Event.tsx';
import { Events } from './Events.tsx';
import { Trail } from './Trail.tsx';
import { Trails } from './Trails.tsx';

export const routes: RouteObject[] = [
  { path: 'trail', element: <Events /> },
  { path: 'trail/:id', element: <Event /> },
  { path: 'activity', element: <Activity /> },
  { path: 'trails', element: <Trails /> },
  { path: 'trails/:name', element: <Trail /> },
];
