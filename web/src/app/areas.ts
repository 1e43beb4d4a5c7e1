import type { RouteObject } from 'react-router';

import { base } from './base.ts';

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
    section: 'Overview',
    nav: [{ text: 'Dashboard', href: '/dashboard' }],
    paths: ['dashboard'],
    load: () => import('../pages/dashboard/index.tsx'),
  },
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
    section: 'Access management',
    nav: [{ text: 'Identity providers', href: '/providers' }],
    paths: ['providers'],
    load: () => import('../pages/providers/index.tsx'),
  },
  {
    section: 'Access management',
    nav: [{ text: 'Certificates', href: '/certificates' }],
    paths: ['certificates'],
    load: () => import('../pages/certificates/index.tsx'),
  },
  {
    section: 'Security',
    nav: [{ text: 'Access map', href: '/map' }],
    paths: ['map'],
    load: () => import('../pages/map/index.tsx'),
  },
  {
    section: 'Security',
    nav: [
      { text: 'Findings', href: '/findings' },
      { text: 'Checks', href: '/checks' },
      { text: 'Alarms', href: '/alarms' },
      { text: 'Alarm rules', href: '/alarm-rules' },
      { text: 'Credential report', href: '/credential-report' },
      { text: 'Unused access', href: '/unused-access' },
    ],
    paths: ['findings', 'checks', 'alarms', 'alarm-rules', 'credential-report', 'unused-access'],
    load: () => import('../pages/security/index.tsx'),
  },
  {
    section: 'Trail',
    nav: [
      { text: 'Events', href: '/trail' },
      { text: 'Activity', href: '/activity' },
      { text: 'Trails', href: '/trails' },
    ],
    paths: ['trail', 'activity', 'trails'],
    load: () => import('../pages/trail/index.tsx'),
  },
  {
    section: 'Settings',
    nav: [
      { text: 'Account settings', href: '/account-settings' },
      { text: 'Security credentials', href: '/security-credentials' },
    ],
    paths: ['account-settings', 'security-credentials'],
    load: () => import('../pages/settings/index.tsx'),
  },
  {
    section: 'Tools',
    nav: [{ text: 'Ask', href: '/ask' }],
    paths: ['ask'],
    load: () => import('../pages/ask/index.tsx'),
  },
];

/** areaOf is the area that a page's path belongs to, such as "/console/users/alice"; that of /console itself is the first. */
export function areaOf(pathname: string): Area | undefined {
  const first = pathname.replace(base, '').split('/').find(Boolean);
  return first === undefined ? areas[0] : areas.find(({ paths }) => paths.includes(first));
}
