import { items, member, type Node, type ObjectNode, readTree, repeated } from './json.ts';

/** Visual is a policy as the visual builder shows it: of statements that name their actions and resources. */
export interface Visual {
  version: string;
  id?: string;
  statements: VisualStatement[];
}
export interface VisualStatement {
  sid?: string;
  effect: 'Allow' | 'Deny';
  actions: string[];
  resources: string[];
  conditions: VisualCondition[];
}
export interface VisualCondition {
  operator: string;
  key: string;
  values: string[];
}

/** Reading is a policy for the visual builder, or why it shows it as JSON only. */
export type Reading = { visual: Visual; beyond?: undefined } | { visual?: undefined; beyond: string[] };

export const emptyStatement: VisualStatement = { effect: 'Allow', actions: [], resources: [], conditions: [] };

/** readVisual reads a policy. Whatever the builder could not write again in the same meaning is beyond it. */
export function readVisual(text: string): Reading {
  try {
    JSON.parse(text);
  } catch {
    return { beyond: ['The document is no JSON yet.'] };
  }
  const root = readTree(text);
  if (root?.kind !== 'object') return { beyond: ['The document is no JSON object.'] };
  const twice = repeated(root);
  if (twice !== undefined) return { beyond: [`An object has the name ${JSON.stringify(twice)} twice.`] };
  const reader = new Reader();
  const visual = reader.policy(root);
  return reader.beyond.length > 0 ? { beyond: [...new Set(reader.beyond)] } : { visual };
}

class Reader {
  readonly beyond: string[] = [];

  policy(root: ObjectNode): Visual {
    this.only(root, ['Version', 'Id', 'Statement'], 'the document');
    const id = this.text(member(root, 'Id'), 'Id');
    const statements = items(member(root, 'Statement')).map((node, i) => this.statement(node, `Statement ${i + 1}`));
    return { version: this.text(member(root, 'Version'), 'Version') ?? '2008-10-17', ...(id !== undefined && { id }), statements };
  }

  private statement(node: Node, where: string): VisualStatement {
    if (node.kind !== 'object') {
      this.beyond.push(`${where} is no object.`);
      return emptyStatement;
    }
    this.only(node, ['Sid', 'Effect', 'Action', 'Resource', 'Condition'], where);
    const sid = this.text(member(node, 'Sid'), `${where}: Sid`);
    const effect = this.text(member(node, 'Effect'), `${where}: Effect`);
    if (effect !== 'Allow' && effect !== 'Deny') this.beyond.push(`${where} has no Effect of Allow or Deny.`);
    return {
      ...(sid !== undefined && { sid }),
      effect: effect === 'Deny' ? 'Deny' : 'Allow',
      actions: this.list(member(node, 'Action'), `${where}: Action`),
      resources: this.list(member(node, 'Resource'), `${where}: Resource`),
      conditions: this.conditions(member(node, 'Condition'), where),
    };
  }

  private conditions(node: Node | undefined, where: string): VisualCondition[] {
    if (!node) return [];
    if (node.kind !== 'object') {
      this.beyond.push(`${where}: Condition is no object.`);
      return [];
    }
    return node.members.flatMap(({ key: operator, value: keys }) => {
      if (keys?.kind !== 'object') {
        this.beyond.push(`${where}: ${operator.value} is no object.`);
        return [];
      }
      return keys.members.map(({ key, value }) => ({
        operator: operator.value,
        key: key.value,
        values: items(value).map((item) => this.scalar(item, `${where}: ${key.value}`)),
      }));
    });
  }

  private only(node: ObjectNode, names: string[], where: string): void {
    for (const { key } of node.members) if (!names.includes(key.value)) this.beyond.push(`${where} has ${key.value}.`);
  }

  private text(node: Node | undefined, where: string): string | undefined {
    if (node && node.kind !== 'string') this.beyond.push(`${where} is no text.`);
    return node?.kind === 'string' ? node.value : undefined;
  }

  private list(node: Node | undefined, where: string): string[] {
    return items(node).map((item) => this.text(item, where) ?? '');
  }

  /** scalar: a policy may write true and 5 for "true" and "5". */
  private scalar(node: Node, where: string): string {
    if (node.kind === 'string') return node.value;
    if (node.kind === 'other' && node.text !== 'null') return node.text;
    this.beyond.push(`${where} has a value that is no text.`);
    return '';
  }
}

/** printVisual writes a policy as JSON. */
export function printVisual({ version, id, statements }: Visual): string {
  return JSON.stringify({ Version: version, ...(id !== undefined && { Id: id }), Statement: statements.map(printed) }, null, 2);
}

function printed({ sid, effect, actions, resources, conditions }: VisualStatement): object {
  const condition: Record<string, Record<string, string | string[]>> = {};
  for (const { operator, key, values } of conditions) {
    const keys = (condition[operator] ??= {});
    keys[key] = one([...(keys[key] === undefined ? [] : [keys[key]].flat()), ...values]);
  }
  return {
    ...(sid !== undefined && sid !== '' && { Sid: sid }),
    Effect: effect,
    Action: one(actions),
    Resource: one(resources),
    ...(conditions.length > 0 && { Condition: condition }),
  };
}

const one = (values: string[]): string | string[] => (values.length === 1 ? values[0]! : values);

/** newPolicy is what an editor begins with. */
export const newPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [],
      "Resource": []
    }
  ]
}`;
