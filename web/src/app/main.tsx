import './first.ts'; // in the build it runs before the rest is there: vite.config.ts
import '@cloudscape-design/global-styles/index.css';
import './base.css';

import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';

import { getSession, keepAlive, SignedOut } from '../api/session.ts';
import { Unreachable } from './Unreachable.tsx';
import { router } from './router.tsx';
import { SessionProvider } from './SessionContext.tsx';
import { startTheme } from './theme.ts';
import { spellOut } from './visible.ts';

startTheme();
spellOut(document.documentElement);
const root = createRoot(document.getElementById('root')!);
try {
  const session = await getSession();
  keepAlive(session);
  root.render(
    <StrictMode>
      <I18nProvider locale="en" messages={[messages]}>
        <SessionProvider value={session}>
          <RouterProvider router={router} />
        </SessionProvider>
      </I18nProvider>
    </StrictMode>,
  );
} catch (error) {
  if (!(error instanceof SignedOut)) root.render(<Unreachable error={error} />);
}
