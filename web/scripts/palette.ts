import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Most colours of a picture with a palette. */
const most = 256;

/**
 * withPalette makes a picture of a screen smaller: the colours that it has most of are kept, each other one becomes the nearest of
 * them. It takes a PNG of 8 bits a channel, RGB or RGBA without anything transparent, as browsers write it.
 */
export function withPalette(file: Buffer): Buffer {
  const { width, height, colours } = read(file);
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, most).map(([colour]) => colour);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc((width + 1) * height); // each begins with its filter, 0 for none
  for (let y = 0, i = 0; y < height; y++) for (let x = 1; x <= width; x++) rows[y * (width + 1) + x] = places.get(colours[i++]!)!;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // bits, and colours by a palette
  return Buffer.concat([
    file.subarray(0, 8),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [...channels(colour)]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const channels = (colour: number): [number, number, number] => [colour >> 16, (colour >> 8) & 255, colour & 255];

/** nearest is the place in a palette of the colour that differs least. */
function nearest(palette: number[], colour: number): number {
  const [r, g, b] = channels(colour);
  let best = 0;
  let least = Infinity;
  for (const [place, candidate] of palette.entries()) {
    const [r2, g2, b2] = channels(candidate);
    const distance = (r - r2) ** 2 + (g - g2) ** 2 + (b - b2) ** 2;
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

interface Pixels {
  width: number;
  height: number;
  /** Row by row, each 0xRRGGBB. */
  colours: Uint32Array;
}

function read(file: Buffer): Pixels {
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const [width, height, bits, type] = [file.readUInt32BE(16), file.readUInt32BE(20), file[24], file[25]];
  if (bits !== 8 || (type !== 2 && type !== 6)) throw new Error(`a PNG of ${bits} bits and colour type ${type} is not taken`);
  const size = type === 2 ? 3 : 4;
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * size, height, size);
  const colours = new Uint32Array(width * height);
  for (let i = 0; i < colours.length; i++) colours[i] = bytes.readUIntBE(i * size, 3);
  return { width, height, colours };
}

/** unfilter gives the bytes of rows that were written as differences (PNG, section 9). */
function unfilter(rows: Buffer, length: number, height: number, size: number): Buffer {
  const out = Buffer.alloc(length * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (length + 1)]!;
    for (let x = 0; x < length; x++) {
      const left = x < size ? 0 : out[y * length + x - size]!;
      const above = y === 0 ? 0 : out[(y - 1) * length + x]!;
      const corner = x < size || y === 0 ? 0 : out[(y - 1) * length + x - size]!;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter]!;
      out[y * length + x] = rows[y * (length + 1) + 1 + x]! + guess;
    }
  }
  return out;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
