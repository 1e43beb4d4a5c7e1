import { AccountClient } from '@aws-sdk/client-account';

import { config, withSession } from '../clients.ts';

export const account = withSession(new AccountClient(config));
