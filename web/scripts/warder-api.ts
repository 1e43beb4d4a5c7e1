/** Writes src/api/warder.gen.ts from the model of the service `warder`. With --check it only says whether that is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';

interface Shape {
  type: string;
  documentation?: string;
  required?: string[];
  members?: Record<string, Member>;
  member?: Member;
  key?: Member;
  value?: Member;
  enum?: string[];
  timestampFormat?: string;
  document?: boolean;
}
interface Member {
  shape: string;
  location?: 'uri' | 'querystring' | 'header';
  locationName?: string;
  documentation?: string;
}
interface Operation {
  http: { method: string; requestUri: string };
  input?: { shape: string };
  output?: { shape: string };
  documentation?: string;
}
interface Model {
  operations: Record<string, Operation>;
  shapes: Record<string, Shape>;
}

const modelFile = new URL('../../internal/apigen/models/warder.json', import.meta.url);
const outFile = new URL('../src/api/warder.gen.ts', import.meta.url);

const model = JSON.parse(readFileSync(modelFile, 'utf8')) as Model;

function shapeOf(name: string): Shape {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`the model has no shape ${name}`);
  return shape;
}

/** typeOf is the TypeScript type of a shape's values as they are on the wire. */
function typeOf(name: string): string {
  const shape = shapeOf(name);
  switch (shape.type) {
    case 'structure':
      return shape.document ? 'unknown' : name;
    case 'list':
      return `${parenthesized(typeOf(shape.member!.shape))}[]`;
    case 'map':
      return `Record<string, ${typeOf(shape.value!.shape)}>`;
    case 'string':
      return shape.enum ? shape.enum.map((value) => `'${value}'`).join(' | ') : 'string';
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'long':
    case 'double':
    case 'float':
      return 'number';
    case 'timestamp':
      return shape.timestampFormat === 'iso8601' ? 'string' : 'Seconds';
    default:
      throw new Error(`shape ${name} is of type ${shape.type}, which is not known here`);
  }
}

function parenthesized(type: string): string {
  return type.includes('|') ? `(${type})` : type;
}

function comment(text: string | undefined, indent: string): string {
  const plain = text?.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').trim();
  return plain ? `${indent}/** ${plain.replaceAll('*/', '* /')} */\n` : '';
}

function structure(name: string): string {
  const shape = shapeOf(name);
  const members = Object.entries(shape.members ?? {}).map(([member, { shape: type, documentation, location }]) => {
    const optional = shape.required?.includes(member) ? '' : '?';
    const query = location && shapeOf(type).type === 'timestamp'; // text in a URL
    return `${comment(documentation, '  ')}  ${member}${optional}: ${query ? 'string' : typeOf(type)};\n`;
  });
  return `${comment(shape.documentation, '')}export interface ${name} {\n${members.join('')}}\n`;
}

/** reachable are the structures that operations use, in the model's order; errors are not among them. */
function reachable(): string[] {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const shape = shapeOf(name);
    for (const member of Object.values(shape.members ?? {})) visit(member.shape);
    for (const member of [shape.member, shape.value]) if (member) visit(member.shape);
  };
  for (const operation of Object.values(model.operations)) {
    for (const io of [operation.input, operation.output]) if (io) visit(io.shape);
  }
  return Object.keys(model.shapes).filter((name) => seen.has(name) && shapeOf(name).type === 'structure' && !shapeOf(name).document);
}

function table(): string {
  return Object.entries(model.operations)
    .map(([name, { http, input, documentation }]) => {
      const query = Object.entries(input ? (shapeOf(input.shape).members ?? {}) : {})
        .filter(([, member]) => member.location === 'querystring')
        .map(([member, { locationName }]) => `${member}: '${locationName ?? member}'`);
      return `${comment(documentation, '  ')}  ${name}: { method: '${http.method}', uri: '${http.requestUri}', query: {${query.length ? ` ${query.join(', ')} ` : ''}} },\n`;
    })
    .join('');
}

function operations(): string {
  return Object.entries(model.operations)
    .map(([name, { input, output }]) => `  ${name}: { input: ${input ? typeOf(input.shape) : 'object'}; output: ${output ? typeOf(output.shape) : 'object'} };\n`)
    .join('');
}

const text = `// Written by scripts/warder-api.ts from the model of the service \`warder\`. Do not edit.

/** Seconds since 1970 UTC. */
export type Seconds = number;

${reachable().map(structure).join('\n')}
/** Operations are the inputs and outputs of all there are. */
export interface Operations {
${operations()}}

/** operations say how each is called: method, path, and which members of the input are in the query. */
export const operations: Record<keyof Operations, { method: string; uri: string; query: Record<string, string> }> = {
${table()}};
`;

if (!process.argv.includes('--check')) {
  writeFileSync(outFile, text);
} else if (readFileSync(outFile, 'utf8') !== text) {
  console.error('src/api/warder.gen.ts is not what the model gives: run `npm run generate`');
  process.exitCode = 1;
}
