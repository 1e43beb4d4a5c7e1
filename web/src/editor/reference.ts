/** The catalogue's services, as GetCatalogService gives them: in the form of AWS's service reference. */
export interface ServiceReference {
  Name: string;
  Actions: {
    Name: string;
    ActionConditionKeys?: string[];
    Annotations?: { Properties: { IsList?: boolean; IsPermissionManagement?: boolean; IsTaggingOnly?: boolean; IsWrite?: boolean } };
    Resources?: { Name: string }[];
  }[];
  Resources?: { Name: string; ARNFormats?: string[]; ConditionKeys?: string[] }[];
  ConditionKeys?: { Name: string; Types: string[] }[];
}

/** Level is AWS's class of an action; Unknown for one that the catalogue does not class. */
export type Level = 'List' | 'Read' | 'Write' | 'Tagging' | 'Permissions management' | 'Unknown';

/** levels in AWS's order. */
export const levels: readonly Level[] = ['List', 'Read', 'Tagging', 'Write', 'Permissions management', 'Unknown'];

export interface Action {
  name: string;
  level: Level;
  /** Names of the service's resource types that it works on; none where only Resource "*" matches it. */
  resources: string[];
  keys: string[];
}
export interface ResourceType {
  name: string;
  /** With placeholders: arn:${Partition}:s3:::${BucketName}. */
  arns: string[];
  keys: string[];
}
export interface Key {
  name: string;
  /** String, ArrayOfString, ARN, Bool, Date, IPAddress, Numeric, … */
  type: string;
}
export interface Service {
  prefix: string;
  actions: Action[];
  resources: ResourceType[];
  keys: Key[];
}

/** Catalog knows services, their actions and condition keys. */
export interface Catalog {
  services(): Promise<{ prefix: string; name: string }[]>;
  /** service is undefined for one that the catalogue does not have. */
  service(prefix: string): Promise<Service | undefined>;
  globalKeys(): Promise<Key[]>;
}

/** readService gives a service of the wire in the form that the editor uses. */
export function readService(reference: ServiceReference): Service {
  return {
    prefix: reference.Name,
    actions: reference.Actions.map((action) => ({
      name: action.Name,
      level: levelOf(action.Annotations?.Properties),
      resources: (action.Resources ?? []).map(({ Name }) => Name),
      keys: action.ActionConditionKeys ?? [],
    })),
    resources: (reference.Resources ?? []).map((type) => ({ name: type.Name, arns: type.ARNFormats ?? [], keys: type.ConditionKeys ?? [] })),
    keys: (reference.ConditionKeys ?? []).map(({ Name, Types }) => ({ name: Name, type: Types[0] ?? '' })),
  };
}

/** levelOf reads the properties as AWS's documentation of the service reference says: what is none of the others is a read. */
function levelOf(properties: NonNullable<ServiceReference['Actions'][number]['Annotations']>['Properties'] | undefined): Level {
  if (!properties) return 'Unknown';
  if (properties.IsPermissionManagement) return 'Permissions management';
  if (properties.IsTaggingOnly) return 'Tagging';
  if (properties.IsWrite) return 'Write';
  return properties.IsList ? 'List' : 'Read';
}

/** matches says whether a pattern of a policy, with * and ?, fits a name, whatever their case. */
export function matches(pattern: string, name: string): boolean {
  const [p, s] = [pattern.toLowerCase(), name.toLowerCase()];
  let [i, j, star, back] = [0, 0, -1, 0];
  while (j < s.length) {
    if (p[i] === '*') [star, back] = [i++, j];
    else if (i < p.length && (p[i] === '?' || p[i] === s[j])) [i, j] = [i + 1, j + 1];
    else if (star >= 0) [i, j] = [star + 1, ++back];
    else return false;
  }
  while (p[i] === '*') i++;
  return i === p.length;
}

/** Expansion is what a pattern of actions covers. */
export interface Expansion {
  pattern: string;
  /** every: all actions of all services; unknown: the catalogue does not have the service, or it has a wildcard. */
  reach: 'every' | 'some' | 'none' | 'unknown';
  actions: Action[];
}

/** expand says which actions a pattern such as s3:Get* covers. */
export async function expand(catalog: Catalog, pattern: string): Promise<Expansion> {
  if (/^\*+(:\*+)?$/.test(pattern)) return { pattern, reach: 'every', actions: [] };
  const [prefix = '', name = ''] = split(pattern);
  const service = /[*?]/.test(prefix) || !pattern.includes(':') ? undefined : await catalog.service(prefix);
  if (!service) return { pattern, reach: 'unknown', actions: [] };
  const actions = service.actions.filter((action) => matches(name, action.name));
  return { pattern, reach: actions.length > 0 ? 'some' : 'none', actions };
}

/** split cuts service:Action at its colon. */
export function split(action: string): [string, string | undefined] {
  const colon = action.indexOf(':');
  return colon < 0 ? [action, undefined] : [action.slice(0, colon), action.slice(colon + 1)];
}

/** byLevel groups actions, in the order of levels. */
export function byLevel(actions: readonly Action[]): { level: Level; actions: Action[] }[] {
  return levels.map((level) => ({ level, actions: actions.filter((action) => action.level === level) })).filter((group) => group.actions.length > 0);
}
