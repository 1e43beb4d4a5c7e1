import type { BrowserContext, Page } from 'playwright-core';

/** TraceEvent is one of Chromium's tracing; times are in microseconds. */
interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  /** Of the processor, without what other programs on the machine took. */
  tdur?: number;
  tid: number;
  pid: number;
  args?: { name?: string; data?: { url?: string; functionName?: string; lineNumber?: number; columnNumber?: number } };
}

/** Trace is what the page's main thread did, in the order of beginning. */
export type Trace = TraceEvent[];

/** Piece is something that the main thread did in one go, in milliseconds. */
export interface Piece {
  /** By the clock, since the trace's first event. */
  start: number;
  wall: number;
  /** Of the processor: what the piece would have taken with nothing else on the machine. */
  cpu: number;
  /** What took a fifth of it or more, with its milliseconds. */
  parts: string[];
}

/** traced has the browser trace a page while something is done with it. */
export async function traced(context: BrowserContext, page: Page, act: () => Promise<void>): Promise<Trace> {
  const client = await context.newCDPSession(page);
  const events: TraceEvent[] = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const done = new Promise<void>((resolve) => client.once('Tracing.tracingComplete', () => resolve()));
  await client.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] } });
  await act();
  await client.send('Tracing.end');
  await done;
  await client.detach();
  return ofMainThread(events);
}

/** ofMainThread keeps the events of the thread that pages run on: the browser has further ones of that name, which do next to nothing. */
function ofMainThread(events: readonly TraceEvent[]): Trace {
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(thread));
  const busy = new Map<string, number>();
  for (const event of events) if (mains.has(thread(event)) && isScript(event)) busy.set(thread(event), (busy.get(thread(event)) ?? 0) + (event.dur ?? 0));
  const [main] = [...busy].toSorted(([, a], [, b]) => b - a);
  return events.filter((event) => event.ph === 'X' && thread(event) === main?.[0]).toSorted((a, b) => a.ts - b.ts);
}

const isScript = ({ name }: TraceEvent) => name === 'FunctionCall' || name === 'EvaluateScript' || name === 'v8.evaluateModule';

/** tasks are the pieces between which the page can answer: script, style, layout and painting together. */
export function tasks(trace: Trace): Piece[] {
  return outermost(trace, ({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask');
}

/** script are the pieces of the page's own script. */
export function script(trace: Trace): Piece[] {
  return outermost(trace, isScript);
}

function named({ name, dur = 0, tdur = dur, args }: TraceEvent): string {
  const { functionName = '', url = '', lineNumber = '', columnNumber = '' } = args?.data ?? {};
  return `${(tdur / 1000).toFixed(0)} ${name} ${functionName} ${url.replace(/^.*\//, '')}:${lineNumber}:${columnNumber}`;
}

function outermost(trace: Trace, wanted: (event: TraceEvent) => boolean): Piece[] {
  const pieces: Piece[] = [];
  const first = trace[0]?.ts ?? 0;
  let until = -Infinity;
  for (const event of trace) {
    const { ts, dur = 0, tdur = dur } = event;
    const last = pieces.at(-1);
    if (ts < until && last && tdur / 1000 > last.cpu / 5) last.parts.push(named(event));
    if (ts < until || !wanted(event)) continue;
    until = ts + dur;
    pieces.push({ start: (ts - first) / 1000, wall: dur / 1000, cpu: tdur / 1000, parts: [] });
  }
  return pieces;
}

/** scriptOfFrames is how much of the processor the page's own script takes for each frame: its listeners before it, and its callbacks. */
export function scriptOfFrames(trace: Trace): number[] {
  const first = trace[0]?.ts ?? 0;
  const ends = trace.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts, dur = 0 }) => (ts + dur - first) / 1000);
  const spent = ends.map(() => 0);
  for (const { start, cpu } of script(trace)) {
    const frame = ends.findIndex((end) => end >= start);
    if (frame >= 0) spent[frame]! += cpu;
  }
  return spent;
}
