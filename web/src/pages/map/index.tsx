import type { RouteObject } from 'react-router';

import { MapPage } from './MapPage.tsx';

export const routes: RouteObject[] = [{ path: 'map', element: <MapPage /> }];
