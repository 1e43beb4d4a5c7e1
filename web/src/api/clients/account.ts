import { AccountClient } from '@aws-sdk/client-account';

import { config } from '../clients.ts';

export const account = new AccountClient(config);
