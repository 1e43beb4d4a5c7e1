/** Row is a line of a side-by-side comparison; the numbers of the lines are from 1. */
export interface Row {
  kind: 'same' | 'changed' | 'removed' | 'added';
  left?: { line: number; text: string };
  right?: { line: number; text: string };
}

/** largest is how many pairs of lines are compared at most; beyond, what differs counts as wholly changed. */
const largest = 4_000_000;

/** diffLines compares two texts line by line. Lines that took the place of others stand beside them. */
export function diffLines(before: string, after: string): Row[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;

  const rows: Row[] = [];
  const same = (i: number, j: number) => rows.push({ kind: 'same', left: { line: i + 1, text: a[i]! }, right: { line: j + 1, text: b[j]! } });
  for (let i = 0; i < head; i++) same(i, i);
  let [i, j] = [head, head];
  for (const [k, l] of [...common(a.slice(head, a.length - tail), b.slice(head, b.length - tail)), [a.length - tail - head, b.length - tail - head] as const]) {
    pair(rows, a, b, i, k + head, j, l + head);
    [i, j] = [k + head, l + head];
    if (i < a.length - tail && j < b.length - tail) same(i++, j++);
  }
  for (let n = tail; n > 0; n--) same(a.length - n, b.length - n);
  return rows;
}

/** pair puts the lines of a from i to k beside those of b from j to l. */
function pair(rows: Row[], a: string[], b: string[], i: number, k: number, j: number, l: number): void {
  while (i < k || j < l) {
    const left = i < k ? { line: i + 1, text: a[i]! } : undefined;
    const right = j < l ? { line: j + 1, text: b[j]! } : undefined;
    rows.push({ kind: left && right ? 'changed' : left ? 'removed' : 'added', ...(left && { left }), ...(right && { right }) });
    i++;
    j++;
  }
}

/** common is the longest common subsequence, as pairs of places. */
function common(a: string[], b: string[]): (readonly [number, number])[] {
  if (a.length * b.length > largest || a.length === 0 || b.length === 0) return [];
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      length[at] = a[i] === b[j] ? length[at + width + 1]! + 1 : Math.max(length[at + width]!, length[at + 1]!);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const at = i * width + j;
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (length[at + width]! >= length[at + 1]!) i++;
    else j++;
  }
  return pairs;
}
