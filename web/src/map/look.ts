import type { Flag, Kind, Relation } from './model.ts';

export type Shape = 'circle' | 'square' | 'diamond' | 'triangle' | 'down' | 'pentagon' | 'hexagon' | 'star' | 'cross';

export interface KindLook {
  name: string;
  plural: string;
  shape: Shape;
  light: string;
  dark: string;
}

/** kinds is how each kind of node looks: by its shape first, so that colour tells nothing alone. */
export const kinds: Record<Kind, KindLook> = {
  user: { name: 'User', plural: 'Users', shape: 'circle', light: '#0972d3', dark: '#539fe5' },
  group: { name: 'Group', plural: 'Groups', shape: 'hexagon', light: '#037f51', dark: '#29ad7c' },
  role: { name: 'Role', plural: 'Roles', shape: 'triangle', light: '#7d2fc0', dark: '#b088f5' },
  policy: { name: 'Policy', plural: 'Policies', shape: 'square', light: '#5f6b7a', dark: '#9ba7b6' },
  'aws-policy': { name: 'AWS managed policy', plural: 'AWS managed policies', shape: 'down', light: '#5f6b7a', dark: '#9ba7b6' },
  resource: { name: 'Resource', plural: 'Resources', shape: 'diamond', light: '#8d6605', dark: '#d1a02f' },
  root: { name: 'Root user', plural: 'Root user', shape: 'star', light: '#000716', dark: '#ffffff' },
  service: { name: 'Service', plural: 'Services', shape: 'cross', light: '#0f7285', dark: '#44b0c4' },
  provider: { name: 'Identity provider', plural: 'Identity providers', shape: 'pentagon', light: '#0f7285', dark: '#44b0c4' },
  account: { name: 'Other account', plural: 'Other accounts', shape: 'pentagon', light: '#bf4b00', dark: '#f08a4b' },
  outsider: { name: 'Outside principal', plural: 'Outside principals', shape: 'circle', light: '#bf4b00', dark: '#f08a4b' },
  everyone: { name: 'Everyone', plural: 'Everyone', shape: 'star', light: '#bf4b00', dark: '#f08a4b' },
};

/** kindOrder is that of legends and filters. */
export const kindOrder: Kind[] = [
  'user', 'group', 'role', 'policy', 'aws-policy', 'resource', 'root', 'service', 'provider', 'account', 'outsider', 'everyone',
];

export const flagNames: Record<Flag | 'findings', string> = {
  admin: 'Administrator',
  escalates: 'Can become administrator',
  external: 'Reached from outside',
  public: 'Open to everyone',
  findings: 'Has findings',
  conditional: 'Administrator under conditions',
  unused: 'Unused',
};

export interface RelationLook {
  name: string;
  /** How it reads from one end and from the other: "alice is a member of dev", "dev has the member alice". */
  out: string;
  in: string;
  light: string;
  dark: string;
  width: number;
  /** Drawn over all others, and never left out. */
  strong?: boolean;
}

export const relations: Record<Relation, RelationLook> = {
  member: { name: 'Membership', out: 'is a member of', in: 'has the member', light: '#b6bec9', dark: '#414d5c', width: 1 },
  attached: { name: 'Attached policy', out: 'has the policy', in: 'is attached to', light: '#c6cbd2', dark: '#384250', width: 1 },
  boundary: { name: 'Permissions boundary', out: 'is bounded by', in: 'bounds', light: '#8fb8a5', dark: '#2f5f4b', width: 1 },
  trust: { name: 'Trust', out: 'is trusted by', in: 'trusts', light: '#8ab4c0', dark: '#2c5a67', width: 1 },
  names: { name: 'Named resource', out: 'names', in: 'is named by', light: '#d9c58f', dark: '#57481a', width: 1 },
  step: { name: 'Can become or change', out: 'can become or change', in: 'can be taken over by', light: '#9d8cc4', dark: '#5a4a85', width: 1 },
  escalation: {
    name: 'Step to administrator', out: 'takes a step to administrator over', in: 'is a step to administrator for', light: '#d91515', dark: '#ff5d64', width: 2.5, strong: true,
  },
  external: { name: 'Access from outside', out: 'gets in to', in: 'is reached from outside by', light: '#bf4b00', dark: '#f0904e', width: 2.5, strong: true },
};

export const relationOrder: Relation[] = ['escalation', 'external', 'step', 'trust', 'member', 'attached', 'boundary', 'names'];

/** ring is the colour around a node that deserves a look, the gravest first. */
export function ring(flags: readonly Flag[], findings: boolean, dark: boolean): string | undefined {
  if (flags.includes('public')) return dark ? '#ff5d64' : '#d91515';
  if (flags.includes('escalates')) return dark ? '#ff5d64' : '#d91515';
  if (flags.includes('admin')) return dark ? '#e3b33a' : '#b8860b';
  if (flags.includes('external')) return dark ? '#f0904e' : '#bf4b00';
  if (findings) return dark ? '#ffffff' : '#000716';
  return undefined;
}
