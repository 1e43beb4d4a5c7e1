import { items, member, type Member, type Node, type ObjectNode, readTree, type StringNode, texts } from './json.ts';

/** Kind is what may stand at a place of a policy. */
export type Kind =
  | 'documentElement'
  | 'statementElement'
  | 'version'
  | 'effect'
  | 'action'
  | 'resource'
  | 'operator'
  | 'conditionKey'
  | 'conditionValue'
  | 'principalType'
  | 'principal';

/** Context is a place in a policy that is being written. */
export interface Context {
  kind: Kind;
  /** What is replaced: the inside of the string at the place, or nothing. */
  from: number;
  to: number;
  /** What stands there up to the place. */
  typed: string;
  /** The whole string at the place. */
  text: string;
  /** The place is inside of quotes. */
  quoted: boolean;
  /** What is written there is a member's name. */
  isName: boolean;
  /** The string is closed, or the member has its colon: nothing has to be added behind it. */
  complete: boolean;
  /** The actions of the statement, as written. */
  actions: string[];
  /** What else is there: the other names of the object, the other values of the list. */
  present: string[];
  operator?: string;
  key?: string;
}

/** contextAt is what may be written at a place; undefined where nothing is known of it. */
export function contextAt(text: string, at: number): Context | undefined {
  const root = readTree(text);
  if (root?.kind !== 'object') return undefined;
  return new Walk(at).object(root, []);
}

const holds = (node: Node, at: number) => node.from < at && (at < node.to || (at === node.to && (node.kind === 'other' || !node.closed)));

class Walk {
  private readonly at: number;
  private statement: ObjectNode | undefined;
  constructor(at: number) {
    this.at = at;
  }

  object(node: ObjectNode, path: string[]): Context | undefined {
    if (path.join() === 'Statement') this.statement = node;
    const here = node.members.findLast(({ key }) => key.from < this.at);
    const others = (not?: Member) => node.members.filter((m) => m !== not).map(({ key }) => key.value);
    if (here && holds(here.key, this.at)) return this.place(path, true, others(here), here.key, here.colon !== undefined);
    if (here?.colon !== undefined && this.at > here.colon && (!here.value || this.at <= here.value.to)) {
      return this.value(here.value, [...path, here.key.value]);
    }
    return this.place(path, true, others(), undefined, false);
  }

  private value(node: Node | undefined, path: string[]): Context | undefined {
    if (!node) return this.place(path, false, []);
    if (!holds(node, this.at)) return this.at <= node.from ? this.place(path, false, []) : undefined;
    switch (node.kind) {
      case 'object':
        return this.object(node, path);
      case 'string':
        return this.place(path, false, [], node);
      case 'array': {
        const here = node.items.find((item) => holds(item, this.at));
        if (here?.kind === 'object') return this.object(here, path);
        const others = node.items.flatMap((item) => (item.kind === 'string' && item !== here ? [item.value] : []));
        if (here && here.kind !== 'string') return undefined;
        return this.place(path, false, others, here);
      }
      default:
        return undefined;
    }
  }

  private place(path: string[], isName: boolean, present: string[], token?: StringNode, complete?: boolean): Context | undefined {
    const kind = kindOf(path, isName);
    if (!kind) return undefined;
    const statement = this.statement;
    const inside = token ? { from: token.from + 1, to: token.closed ? token.to - 1 : token.to } : { from: this.at, to: this.at };
    return {
      kind,
      ...inside,
      typed: token ? token.value.slice(0, this.at - inside.from) : '',
      text: token?.value ?? '',
      quoted: token !== undefined,
      isName,
      complete: complete ?? token?.closed ?? false,
      actions: statement ? [...texts(member(statement, 'Action')), ...texts(member(statement, 'NotAction'))] : [],
      present,
      ...(path[1] === 'Condition' && path[2] !== undefined ? { operator: path[2] } : {}),
      ...(path[1] === 'Condition' && path[3] !== undefined ? { key: path[3] } : {}),
    };
  }
}

/** kindOf says what stands at a path: the names of the members around it, without the lists. */
function kindOf(path: string[], isName: boolean): Kind | undefined {
  const [top, element, third] = path;
  if (top === undefined) return isName ? 'documentElement' : undefined;
  if (top === 'Version') return isName ? undefined : 'version';
  if (top !== 'Statement') return undefined;
  if (path.length === 1) return isName ? 'statementElement' : undefined;
  switch (element) {
    case 'Effect':
      return isName ? undefined : 'effect';
    case 'Action':
    case 'NotAction':
      return isName ? undefined : 'action';
    case 'Resource':
    case 'NotResource':
      return isName ? undefined : 'resource';
    case 'Principal':
    case 'NotPrincipal':
      if (isName) return path.length === 2 ? 'principalType' : undefined;
      return 'principal';
    case 'Condition':
      if (isName) return path.length === 2 ? 'operator' : path.length === 3 ? 'conditionKey' : undefined;
      return path.length === 4 && third !== undefined ? 'conditionValue' : undefined;
    default:
      return undefined;
  }
}

/** actionPatterns are the actions that a policy's statements name, each once, in the order of the text. */
export function actionPatterns(text: string): string[] {
  const all = items(member(readTree(text), 'Statement')).flatMap((statement) => [...texts(member(statement, 'Action')), ...texts(member(statement, 'NotAction'))]);
  return [...new Set(all)];
}
