import { createBrowserRouter, redirect, type RouteObject } from 'react-router';

import { type Area, areaOf, areas } from './areas.ts';
import { base } from './links.ts';
import { NotFound } from './NotFound.tsx';
import { Broken } from './Broken.tsx';
import { Shell } from './Shell.tsx';

const loaded = new Set<Area>();

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
        { index: true, loader: () => redirect(areas[0]!.nav[0]!.href) },
        { path: '*', element: <NotFound /> },
      ],
    },
  ],
  {
    basename: base,
    async patchRoutesOnNavigation({ path, patch }) {
      const area = areaOf(path);
      if (!area || loaded.has(area)) return;
      const { routes } = await area.load();
      loaded.add(area);
      patch('shell', routes.map(guarded));
    },
  },
);

/** guarded keeps the shell around a page that fails. */
function guarded(route: RouteObject): RouteObject {
  return { errorElement: <Broken />, ...route } as RouteObject;
}
