import { IAMClient } from '@aws-sdk/client-iam';

import { config, withSession } from '../clients.ts';

export const iam = withSession(new IAMClient(config));
