import type { RouteObject } from 'react-router';

import { Certificate } from './Certificate.tsx';
import { Certificates } from './Certificates.tsx';

export const routes: RouteObject[] = [
  { path: 'certificates', element: <Certificates /> },
  { path: 'certificates/:name', element: <Certificate /> },
];
