import { STSClient } from '@aws-sdk/client-sts';

import { config, withSession } from '../clients.ts';

export const sts = withSession(new STSClient(config));
