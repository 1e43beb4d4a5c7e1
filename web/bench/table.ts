/** quantile of numbers in no order; of none it is NaN. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

/** hold has the script fail in the end where a figure is over its limit. */
export function hold(what: string, figure: number, limit: number): void {
  if (figure <= limit) return;
  console.error(`over the limit of ${limit}: ${what}, ${short(figure)}`);
  process.exitCode = 1;
}

/** Row is a line of a table: what it is of, and its figures. */
export type Row = [name: string, ...figures: (number | string)[]];

/** print writes a table as it goes into README.md. */
export function print(title: string, columns: readonly string[], rows: readonly Row[]): void {
  const cells = [['', ...columns], ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? short(cell) : cell)))];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  console.log(`\n${title}\n`);
  for (const row of cells) console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd());
}

/** short has three digits, and whole numbers whole. */
function short(n: number): string {
  if (Number.isInteger(n)) return n.toLocaleString('en');
  return n >= 100 ? n.toFixed(0) : n.toPrecision(3);
}
