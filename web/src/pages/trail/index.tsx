import type { RouteObject } from 'react-router';

import { Event } from './Event.tsx';
import { Events } from './Events.tsx';

export const routes: RouteObject[] = [
  { path: 'trail', element: <Events /> },
  { path: 'trail/:id', element: <Event /> },
];
