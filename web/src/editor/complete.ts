import type { Context } from './context.ts';
import { operators } from './operators.ts';
import { type Action, byLevel, type Catalog, type Key, matches, type Service, split } from './reference.ts';

/** Option is something that may be written at a place. */
export interface Option {
  label: string;
  /** A word or two beside it: the access level, the type. */
  detail?: string;
  info?: string;
  /** What is written, with ${fields} to fill in; the label where it is absent. */
  template?: string;
  /** What goes on behind the value: the colon of a service, after which its actions are offered. */
  more?: boolean;
}

/** Account is whose policies are written, for the ARNs that are offered. */
export interface Account {
  partition: string;
  account: string;
}

/** mostOptions is how many are offered at once; typing on brings the others. */
const mostOptions = 1000;

/** complete gives what may be written at a place, the likelier first. */
export async function complete(context: Context, catalog: Catalog, account: Account): Promise<Option[]> {
  return (await options(context, catalog, account)).filter(({ label }) => !context.present.includes(label)).slice(0, mostOptions);
}

async function options(context: Context, catalog: Catalog, account: Account): Promise<Option[]> {
  switch (context.kind) {
    case 'documentElement':
      return names('Version', 'Id', 'Statement');
    case 'statementElement':
      return names('Sid', 'Effect', 'Action', 'Resource', 'Condition', 'NotAction', 'NotResource', 'Principal', 'NotPrincipal');
    case 'version':
      return [{ label: '2012-10-17', detail: 'with variables' }, { label: '2008-10-17', detail: 'without variables' }];
    case 'effect':
      return names('Allow', 'Deny');
    case 'operator':
      return operators.map(({ name, type }) => ({ label: name, detail: type }));
    case 'principalType':
      return names('AWS', 'Service', 'Federated', 'CanonicalUser');
    case 'principal':
      return [{ label: '*', detail: 'everybody' }, { label: `arn:${account.partition}:iam::${account.account}:root`, detail: 'this account' }];
    case 'action':
      return actionOptions(context.typed, catalog);
    case 'resource':
      return resourceOptions(context.actions, catalog, account);
    case 'conditionKey':
      return keyOptions(context, catalog);
    case 'conditionValue':
      return valueOptions(context, catalog);
  }
}

const names = (...labels: string[]): Option[] => labels.map((label) => ({ label }));

async function actionOptions(typed: string, catalog: Catalog): Promise<Option[]> {
  const [prefix, name] = split(typed);
  if (name === undefined) {
    const services = await catalog.services();
    return [...services.map((service) => ({ label: `${service.prefix}:`, detail: service.name, more: true })), { label: '*', detail: 'every action' }];
  }
  const service = await catalog.service(prefix);
  if (!service) return [];
  const all = service.actions.map((action) => ({ label: `${service.prefix}:${action.name}`, detail: action.level }));
  return [...wildcards(service), ...all];
}

/** wildcards are the patterns by which a service's actions are granted together: those of a first word, and all. */
export function wildcards(service: Service): Option[] {
  const verbs = new Map<string, Action[]>();
  for (const action of service.actions) {
    const verb = /^[A-Z][a-z0-9]+/.exec(action.name)?.[0];
    if (verb) verbs.set(verb, [...(verbs.get(verb) ?? []), action]);
  }
  const fitting = (pattern: string) => service.actions.filter(({ name }) => matches(pattern, name));
  const offered = [...verbs].filter(([, actions]) => actions.length > 1).map(([verb]) => `${verb}*`);
  return ['*', ...offered].map((pattern) => ({ label: `${service.prefix}:${pattern}`, detail: summary(fitting(pattern)) }));
}

/** summary says how many actions there are, by level: "12 Read, 3 List". */
export function summary(actions: readonly Action[]): string {
  return byLevel(actions)
    .map((group) => `${group.actions.length} ${group.level}`)
    .join(', ');
}

/** services of a statement's actions, with those actions of each that it covers. */
async function covered(actions: readonly string[], catalog: Catalog): Promise<{ service: Service; actions: Action[] }[]> {
  const found = new Map<string, { service: Service; actions: Set<Action> }>();
  for (const pattern of actions) {
    const [prefix, name = '*'] = split(pattern);
    const service = /[*?]/.test(prefix) ? undefined : await catalog.service(prefix);
    if (!service) continue;
    const entry = found.get(service.prefix) ?? { service, actions: new Set<Action>() };
    for (const action of service.actions) if (matches(name, action.name)) entry.actions.add(action);
    found.set(service.prefix, entry);
  }
  return [...found.values()].map((entry) => ({ service: entry.service, actions: [...entry.actions] }));
}

/** resourceOptions are the forms of the ARNs that the statement's actions work on. */
export async function resourceOptions(actions: readonly string[], catalog: Catalog, account: Account): Promise<Option[]> {
  const found: Option[] = [{ label: '*', detail: 'every resource' }];
  for (const entry of await covered(actions, catalog)) {
    const types = new Set(entry.actions.flatMap(({ resources }) => resources));
    for (const type of entry.service.resources) {
      if (!types.has(type.name)) continue;
      for (const arn of type.arns) found.push({ label: filled(arn, account), detail: `${entry.service.prefix} ${type.name}`, template: filled(arn, account) });
    }
  }
  return found.filter((option, i) => found.findIndex(({ label }) => label === option.label) === i);
}

/** filled puts the partition and the account into an ARN's form, and * for the region; other placeholders stay. */
export function filled(arn: string, { partition, account }: Account): string {
  return arn.replaceAll('${Partition}', partition).replaceAll('${Account}', account).replaceAll('${Region}', '*');
}

/** keysFor are the condition keys that requests for a statement's actions may have: the services' own, and the global ones. */
export async function keysFor(actions: readonly string[], catalog: Catalog): Promise<Key[]> {
  const own: Key[] = [];
  for (const entry of await covered(actions, catalog)) {
    const types = new Set(entry.actions.flatMap(({ resources }) => resources));
    const known = new Set([
      ...entry.actions.flatMap(({ keys }) => keys),
      ...entry.service.resources.filter(({ name }) => types.has(name)).flatMap(({ keys }) => keys),
    ]);
    own.push(...entry.service.keys.filter(({ name }) => known.has(name)));
  }
  const all = [...own, ...(await catalog.globalKeys())];
  return all.filter((key, i) => all.findIndex(({ name }) => name === key.name) === i);
}

async function keyOptions(context: Context, catalog: Catalog): Promise<Option[]> {
  const wanted = operators.find(({ name }) => name === context.operator)?.type;
  const keys = await keysFor(context.actions, catalog);
  const fits = (key: Key) => wanted === undefined || wanted === 'any' || typeOf(key) === wanted;
  return [...keys.filter(fits), ...keys.filter((key) => !fits(key))].map(({ name, type }) => ({ label: name.replace(/\$\{.*\}$/, ''), detail: type, template: name }));
}

/** typeOf is the type of one value of a key. */
export function typeOf({ type }: Key): string {
  return type.replace(/^ArrayOf/, '');
}

/** findKey is the key that a name in a policy means: aws:RequestTag/team is aws:RequestTag/${TagKey}. */
export function findKey(keys: readonly Key[], name: string): Key | undefined {
  const lower = name.toLowerCase();
  return keys.find((key) => key.name.toLowerCase() === lower) ?? keys.find((key) => key.name.includes('${') && matches(key.name.replace(/\$\{[^}]*\}/g, '?*'), name));
}

async function valueOptions(context: Context, catalog: Catalog): Promise<Option[]> {
  if (context.operator?.startsWith('Null')) return names('true', 'false');
  const key = findKey(await keysFor(context.actions, catalog), context.key ?? '');
  switch (key && typeOf(key)) {
    case 'Bool':
      return names('true', 'false');
    case 'IPAddress':
      return [{ label: '10.0.0.0/8' }, { label: '172.16.0.0/12' }, { label: '192.168.0.0/16' }];
    case 'Date':
      return [{ label: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), detail: 'now' }];
    case 'Numeric':
      return [];
    default:
      return names('${aws:username}', '${aws:userid}', '${aws:PrincipalTag/', '${aws:PrincipalAccount}').map((option) => ({ ...option, detail: 'of the caller' }));
  }
}
