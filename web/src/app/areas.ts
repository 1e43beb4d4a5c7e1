import type { RouteObject } from 'react-router';

/** NavItem is a line of the side navigation. */
export interface NavItem {
  text: string;
  /** Path below /console, such as /users. */
  href: string;
}

/** Area is a part of the console: its lines in the navigation and its routes, which are loaded when somebody goes there. */
export interface Area {
  /** Heading in the navigation; areas with the same one share it. */
  section: string;
  nav: NavItem[];
  /** First parts of the paths that belong to the area: "users" for /users and all below it. */
  paths: string[];
  load: () => Promise<{ routes: RouteObject[] }>;
}

/**
 * areas are all there are, in the navigation's order. A new one is a folder in src/pages, whose index.tsx exports `routes`, and
 * an entry here.
 */
export const areas: Area[] = [
  {
    section: 'Access management',
    nav: [{ text: 'Users', href: '/users' }],
    paths: ['users'],
    load: () => import('../pages/users/index.tsx'),
  },
  {
    section: 'Access management',
    nav: [{ text: 'Groups', href: '/groups' }],
    paths: ['groups'],
    load: () => import('../pages/groups/index.tsx'),
  },
  {
    section: 'Access management',
    nav: [{ text: 'Roles', href: '/roles' }],
    paths: ['roles'],
    load: () => import('../pages/roles/index.tsx'),
  },
  {
    section: 'Access management',
    nav: [{ text: 'Policies', href: '/policies' }],
    paths: ['policies'],
    load: () => import('../pages/policies/index.tsx'),
  },
  {
    section: 'Tools',
    nav: [{ text: 'Ask', href: '/ask' }],
    paths: ['ask'],
    load: () => import('../pages/ask/index.tsx'),
  },
];
