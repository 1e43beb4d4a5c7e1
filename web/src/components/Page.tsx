import ContentLayout from '@cloudscape-design/components/content-layout';
import Header, { type HeaderProps } from '@cloudscape-design/components/header';
import { type ReactNode, useEffect } from 'react';

import { type Crumb, type Layout, useLayout } from '../app/layout.ts';
import { base } from '../app/links.ts';

export interface PageProps {
  title: string;
  /** The pages above this one, each with its path below /console; this one is added. */
  breadcrumbs: Crumb[];
  /** What kind of content; "table" and "form" pages have their own width. */
  contentType?: Layout['contentType'];
  /** What its content draws itself, such as the table of a list page, which has the title in its own header. */
  headless?: boolean;
  description?: ReactNode;
  info?: ReactNode;
  actions?: HeaderProps['actions'];
  children: ReactNode;
}

/** Page is a page's frame: its title here, in the browser's tab and at the end of the breadcrumbs. */
export function Page({ title, breadcrumbs, contentType = 'default', headless, description, info, actions, children }: PageProps) {
  const here = location.pathname;
  const above = breadcrumbs.map(({ text, href }) => ({ text, href: base + href }));
  useLayout({ contentType, breadcrumbs: [...above, { text: title, href: here }] });
  useEffect(() => {
    document.title = `${title} – Warder`;
  }, [title]);
  if (headless) return children;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} info={info} actions={actions}>
          {title}
        </Header>
      }
    >
      {children}
    </ContentLayout>
  );
}
