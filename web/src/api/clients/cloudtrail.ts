import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';

import { config } from '../clients.ts';

export const cloudTrail = new CloudTrailClient(config);
