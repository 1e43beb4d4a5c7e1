import { warder } from '../api/warder.ts';
import { type Catalog, readService, type Service, type ServiceReference } from './reference.ts';

const loaded = new Map<string, Promise<Service | undefined>>();
let list: ReturnType<Catalog['services']> | undefined;
let keys: ReturnType<Catalog['globalKeys']> | undefined;

/** catalog is the server's, each part asked for once while the page lives. What cannot be read is asked for again next time. */
export const catalog: Catalog = {
  services() {
    list ??= warder('ListCatalogServices', { scope: 'All' }).then(({ services }) => services.map(({ servicePrefix, name }) => ({ prefix: servicePrefix, name: name ?? '' })));
    list.catch(() => (list = undefined));
    return list;
  },
  globalKeys() {
    keys ??= warder('ListConditionKeys', {}).then((answer) => answer.keys);
    keys.catch(() => (keys = undefined));
    return keys;
  },
  service(prefix) {
    const name = prefix.toLowerCase();
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return Promise.resolve(undefined);
    let service = loaded.get(name);
    if (!service) {
      service = read(name);
      loaded.set(name, service);
      service.catch(() => loaded.delete(name));
    }
    return service;
  },
};

/** read asks for what the list has: a 404 would stand in the browser's log as an error. Without the list, it asks. */
async function read(prefix: string): Promise<Service | undefined> {
  const known = await catalog.services().catch(() => undefined);
  if (known && !known.some((service) => service.prefix === prefix)) return undefined;
  try {
    return readService((await warder('GetCatalogService', { servicePrefix: prefix })) as ServiceReference);
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
