import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';

import { config, withSession } from '../clients.ts';

export const cloudTrail = withSession(new CloudTrailClient(config));
