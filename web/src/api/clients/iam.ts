import { IAMClient } from '@aws-sdk/client-iam';

import { config } from '../clients.ts';

export const iam = new IAMClient(config);
