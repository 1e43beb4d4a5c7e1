import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer';

import { config } from '../clients.ts';

export const accessAnalyzer = new AccessAnalyzerClient(config);
