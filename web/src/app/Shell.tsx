import AppLayout from '@cloudscape-design/components/app-layout-toolbar';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import Spinner from '@cloudscape-design/components/spinner';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Outlet, useLocation, useNavigation } from 'react-router';

import { Flashes, tidyFlashes } from '../components/Flash.tsx';
import { areas } from './areas.ts';
import { useCurrentLayout } from './layout.ts';
import { followFocus, skipToPage } from './focus.ts';
import { base, to, useLinks } from './links.ts';
import { SessionEnd } from './SessionEnd.tsx';
import { TopBar } from './TopBar.tsx';

const wide = () => matchMedia('(min-width: 1000px)').matches;

/** Shell is what stands around every page: the bar at the top, the navigation and the messages. */
export function Shell() {
  useLinks();
  const { breadcrumbs, contentType } = useCurrentLayout();
  const [open, setOpen] = useState(wide);
  const { pathname } = useLocation();
  useEffect(tidyFlashes, [pathname]);
  return (
    <>
      <a className="skip" href="#page" onClick={skipToPage}>
        Skip to the page
      </a>
      <TopBar />
      <AppLayout
        headerSelector="#top"
        contentType={contentType}
        navigation={<Navigation />}
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        breadcrumbs={breadcrumbs.length > 0 && <BreadcrumbGroup items={breadcrumbs} />}
        notifications={
          <>
            <SessionEnd />
            <Flashes />
          </>
        }
        stickyNotifications
        toolsHide
        content={<Content />}
      />
    </>
  );
}

function Content() {
  const { state } = useNavigation();
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current !== pathname) followFocus();
    last.current = pathname;
  }, [pathname]);
  return (
    <div id="page" aria-busy={state === 'loading'}>
      <Suspense fallback={<Spinner size="large" />}>
        <Outlet />
      </Suspense>
    </div>
  );
}

function Navigation() {
  const { pathname } = useLocation();
  const [first] = pathname.split('/').filter(Boolean);
  return <SideNavigation header={{ text: 'Identity and access', href: to`/` }} activeHref={`${base}/${first ?? ''}`} items={navigation()} />;
}

/** navigation are the areas' lines under their sections, in the order of areas. */
function navigation(): SideNavigationProps.Item[] {
  const sections = new Map<string, SideNavigationProps.Link[]>();
  for (const { section, nav } of areas) {
    const links = nav.map(({ text, href }) => ({ type: 'link' as const, text, href: base + href }));
    sections.set(section, [...(sections.get(section) ?? []), ...links]);
  }
  return [...sections].map(([text, items]) => ({ type: 'section', text, items }));
}
