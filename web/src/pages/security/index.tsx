import type { RouteObject } from 'react-router';

import { Alarm } from './Alarm.tsx';
import { AlarmRules } from './AlarmRules.tsx';
import { Alarms } from './Alarms.tsx';
import { Checks } from './Checks.tsx';
import { CredentialReport } from './CredentialReport.tsx';
import { Finding } from './Finding.tsx';
import { Findings } from './Findings.tsx';
import { UnusedAccess } from './UnusedAccess.tsx';
import { UnusedOf } from './UnusedOf.tsx';

export const routes: RouteObject[] = [
  { path: 'findings', element: <Findings /> },
  { path: 'findings/:id', element: <Finding /> },
  { path: 'checks', element: <Checks /> },
  { path: 'credential-report', element: <CredentialReport /> },
  { path: 'unused-access', element: <UnusedAccess /> },
  { path: 'unused-access/:arn', element: <UnusedOf /> },
  { path: 'alarms', element: <Alarms /> },
  { path: 'alarms/:id', element: <Alarm /> },
  { path: 'alarm-rules', element: <AlarmRules /> },
];
