import type { AccessMap } from './model.ts';

/** How many nodes of a large map have their names shown from afar. */
const most = 24;

/** The part of the picture's width and height that a name takes, so that none stands on another. */
const room = { x: 0.13, y: 0.05 };

/** A node is a landmark only when so many lines lead to it. */
const least = 13;

/** landmarks are the nodes of a large map by which one finds one's way from afar: those with the most lines, well apart. */
export function landmarks({ named, names, x, y, edgesOf }: AccessMap): Set<number> {
  const chosen = new Set<number>();
  if (named) return chosen;
  const [wide, high] = [extent(x) || 1, extent(y) || 1];
  const hubs = names.map((_, node) => node).filter((node) => edgesOf[node]!.length >= least);
  hubs.sort((a, b) => edgesOf[b]!.length - edgesOf[a]!.length || a - b);
  for (const node of hubs) {
    const near = [...chosen].some((other) => Math.abs(x[node]! - x[other]!) < room.x * wide && Math.abs(y[node]! - y[other]!) < room.y * high);
    if (!near) chosen.add(node);
    if (chosen.size === most) break;
  }
  return chosen;
}

function extent(values: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high - low;
}
