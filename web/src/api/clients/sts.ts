import { STSClient } from '@aws-sdk/client-sts';

import { config } from '../clients.ts';

export const sts = new STSClient(config);
