import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';

import { areas } from './areas.ts';
import { base } from './links.ts';
import { NotFound } from './NotFound.tsx';
import { Broken } from './Broken.tsx';
import { Shell } from './Shell.tsx';

const loaded = new Set<string>();

/** router has the shell from the beginning, and an area's routes from when somebody goes there. */
export const router = createBrowserRouter(
  [
    {
      id: 'shell',
      path: '/',
      element: <Shell />,
      errorElement: <Broken />,
      hydrateFallbackElement: <></>,
      children: [
        { index: true, element: <Navigate to={areas[0]!.nav[0]!.href} replace /> },
        { path: '*', element: <NotFound /> },
      ],
    },
  ],
  {
    basename: base,
    async patchRoutesOnNavigation({ path, patch }) {
      const first = path.replace(base, '').split('/').find(Boolean) ?? '';
      const area = areas.find(({ paths }) => paths.includes(first));
      if (!area || loaded.has(first)) return;
      const { routes } = await area.load();
      for (const name of area.paths) loaded.add(name);
      patch('shell', routes.map(guarded));
    },
  },
);

/** guarded keeps the shell around a page that fails. */
function guarded(route: RouteObject): RouteObject {
  return { errorElement: <Broken />, ...route } as RouteObject;
}
