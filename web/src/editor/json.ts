/**
 * A reader of JSON that is being written: it gives a tree with places for any text, closed or not, so that completion and the
 * visual builder know where they are. Whether a document is valid is for the server's ValidatePolicy to say.
 */

/** Place is a part of a text, in UTF-16 units; the end is exclusive. */
export interface Place {
  from: number;
  to: number;
}

export interface StringNode extends Place {
  kind: 'string';
  value: string;
  /** The closing quote is there. */
  closed: boolean;
}
export interface Member {
  key: StringNode;
  /** Where the colon is, where there is one. */
  colon?: number;
  value?: Node;
}
export interface ObjectNode extends Place {
  kind: 'object';
  members: Member[];
  closed: boolean;
}
export interface ArrayNode extends Place {
  kind: 'array';
  items: Node[];
  closed: boolean;
}
/** OtherNode is a number, true, false, null, or what is none of these yet. */
export interface OtherNode extends Place {
  kind: 'other';
  text: string;
}
export type Node = ObjectNode | ArrayNode | StringNode | OtherNode;

const deepest = 64;

/** readTree gives the tree of a text, as far as there is one; undefined for a text without any value. */
export function readTree(text: string): Node | undefined {
  return new Reader(text).value(0);
}

class Reader {
  private at = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): Node | undefined {
    this.space();
    const next = this.text[this.at];
    if (next === undefined || depth > deepest) return undefined;
    if (next === '"') return this.string();
    if (next === '{') return this.object(depth);
    if (next === '[') return this.array(depth);
    return this.other();
  }

  private space(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++;
  }

  private string(): StringNode {
    const from = this.at++;
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at];
      if (c === '\n') break; // a string ends on its line
      if (c === '\\' && this.text[this.at + 1] !== '\n') {
        this.at++;
        continue;
      }
      if (c === '"') {
        this.at++;
        return { kind: 'string', from, to: this.at, value: unescaped(this.text.slice(from, this.at)), closed: true };
      }
    }
    this.at = Math.min(this.at, this.text.length);
    return { kind: 'string', from, to: this.at, value: unescaped(this.text.slice(from, this.at) + '"'), closed: false };
  }

  private object(depth: number): ObjectNode {
    const node: ObjectNode = { kind: 'object', from: this.at++, to: 0, members: [], closed: false };
    for (;;) {
      this.space();
      const next = this.text[this.at];
      if (next === undefined || next === ']') break;
      if (next === '}') {
        this.at++;
        node.closed = true;
        break;
      }
      if (next === '"') node.members.push(this.member(depth));
      else if (next === ',') this.at++;
      else if (this.value(depth + 1) === undefined) break; // what has no key is skipped
    }
    node.to = this.at;
    return node;
  }

  private member(depth: number): Member {
    const found: Member = { key: this.string() };
    this.space();
    if (this.text[this.at] !== ':') return found;
    found.colon = this.at++;
    this.space();
    if (!',}]'.includes(this.text[this.at] ?? ',')) found.value = this.value(depth + 1);
    return found;
  }

  private array(depth: number): ArrayNode {
    const node: ArrayNode = { kind: 'array', from: this.at++, to: 0, items: [], closed: false };
    for (;;) {
      this.space();
      const next = this.text[this.at];
      if (next === undefined || next === '}') break;
      if (next === ']') {
        this.at++;
        node.closed = true;
        break;
      }
      if (next === ',') {
        this.at++;
        continue;
      }
      const item = this.value(depth + 1);
      if (!item) break;
      node.items.push(item);
    }
    node.to = this.at;
    return node;
  }

  private other(): OtherNode {
    const from = this.at++;
    while (this.at < this.text.length && !/[\s,:{}[\]"]/.test(this.text[this.at]!)) this.at++;
    return { kind: 'other', from, to: this.at, text: this.text.slice(from, this.at) };
  }
}

function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}

/** member finds a member of an object by its name. */
export function member(node: Node | undefined, name: string): Node | undefined {
  return node?.kind === 'object' ? node.members.find(({ key }) => key.value === name)?.value : undefined;
}

/** items are those of a list; of anything else, itself. */
export function items(node: Node | undefined): Node[] {
  if (!node) return [];
  return node.kind === 'array' ? node.items : [node];
}

/** texts are the strings of a list, or the one string. */
export function texts(node: Node | undefined): string[] {
  return items(node).flatMap((item) => (item.kind === 'string' ? [item.value] : []));
}

/** statementPlaces are the statements of a policy's text, in order. */
export function statementPlaces(text: string): Place[] {
  return items(member(readTree(text), 'Statement')).filter(({ kind }) => kind === 'object');
}

/** repeated is the first name that an object has twice; undefined where none does. */
export function repeated(node: Node | undefined): string | undefined {
  if (!node) return undefined;
  if (node.kind === 'array') return first(node.items);
  if (node.kind !== 'object') return undefined;
  const names = new Set<string>();
  for (const { key } of node.members) {
    if (names.has(key.value)) return key.value;
    names.add(key.value);
  }
  return first(node.members.map(({ value }) => value));
}

function first(nodes: (Node | undefined)[]): string | undefined {
  for (const node of nodes) {
    const name = repeated(node);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** formatted is a document in lines of two spaces' indent; undefined for what is no JSON, or would not stay the same. */
export function formatted(text: string): string | undefined {
  if (repeated(readTree(text)) !== undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

/** shown is a stored document as people read it: one that was stored in one long line is broken into lines. */
export function shown(text: string): string {
  return text.trim().includes('\n') ? text : (formatted(text) ?? text);
}
