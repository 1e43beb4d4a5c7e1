/** Most nodes of a map whose names are all shown: among more there is no room for them. */
export const mostNamed = 120;

/** Pixels of a picture that a small map is laid out for, and of the letters of its names. */
const width = 900;
const height = 560;
const letter = 6.5;
const most = 24; // letters that count: a longer name may touch its neighbour's

/** The box of a node with its name below it, in pixels. */
const least = 34;
const tall = 42;
const rounds = 200;

export interface Places {
  x: Float64Array;
  y: Float64Array;
}

/**
 * roomForNames moves the nodes of a small map apart, so that no name stands on another node or name, each as little as it
 * takes from where the server placed it. The answer is in pixels of a picture. The same map gives the same places.
 */
export function roomForNames({ x, y }: Places, names: readonly string[]): Places {
  const [left, top] = [Math.min(...x), Math.min(...y)];
  const [wide, high] = [Math.max(...x) - left, Math.max(...y) - top];
  const scale = Math.min(width / Math.max(wide, 1), height / Math.max(high, 1), 1);
  const placed = { x: x.map((at) => (at - left) * scale), y: y.map((at) => (at - top) * scale) };
  const widths = names.map((name) => Math.max(least, letter * Math.min(name.length, most) + 10));
  for (let round = 0; round < rounds && separate(placed, widths); round++);
  return placed;
}

/** separate moves each two boxes that overlap apart, by the shorter way; false where none does. */
function separate({ x, y }: Places, widths: readonly number[]): boolean {
  let moved = false;
  for (let i = 0; i < widths.length; i++) {
    for (let j = i + 1; j < widths.length; j++) {
      const apart = { x: (widths[i]! + widths[j]!) / 2 - Math.abs(x[i]! - x[j]!), y: tall - Math.abs(y[i]! - y[j]!) };
      if (apart.x <= 0.5 || apart.y <= 0.5) continue;
      moved = true;
      const [axis, by] = apart.y <= apart.x ? [y, apart.y] : [x, apart.x];
      const sign = axis[i]! <= axis[j]! ? 1 : -1;
      axis[i] = axis[i]! - (sign * by) / 2;
      axis[j] = axis[j]! + (sign * by) / 2;
    }
  }
  return moved;
}
