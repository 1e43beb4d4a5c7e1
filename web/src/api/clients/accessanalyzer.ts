import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer';

import { config, withSession } from '../clients.ts';

export const accessAnalyzer = withSession(new AccessAnalyzerClient(config));
