import { useDark } from '../app/theme.ts';
import { kinds, type Shape } from './look.ts';
import type { Kind } from './model.ts';
import style from './map.module.css';

const around = (corners: number, radius: (i: number) => number, turn = 0) =>
  Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners + turn;
    return `${(9 + radius(i) * Math.sin(angle)).toFixed(2)},${(9 - radius(i) * Math.cos(angle)).toFixed(2)}`;
  }).join(' ');

/** The shapes of the picture, as the corners of polygons. */
const corners: Record<Exclude<Shape, 'circle'>, string> = {
  square: '2.5,2.5 15.5,2.5 15.5,15.5 2.5,15.5',
  diamond: around(4, () => 8),
  triangle: around(3, () => 8.5),
  down: around(3, () => 8.5, Math.PI),
  pentagon: around(5, () => 8),
  hexagon: around(6, () => 8),
  star: around(10, (i) => (i % 2 ? 3.8 : 8.5)),
  cross: '6,1 12,1 12,6 17,6 17,12 12,12 12,17 6,17 6,12 1,12 1,6 6,6',
};

/** KindSymbol is the shape and colour that nodes of a kind have in the picture. It is decoration beside the kind's name. */
export function KindSymbol({ kind }: { kind: Kind }) {
  const dark = useDark();
  const { shape } = kinds[kind];
  const fill = kinds[kind][dark ? 'dark' : 'light'];
  return (
    <svg className={style.symbol} viewBox="0 0 18 18" aria-hidden="true" focusable="false">
      {shape === 'circle' ? <circle cx="9" cy="9" r="7.5" fill={fill} /> : <polygon points={corners[shape]} fill={fill} />}
    </svg>
  );
}
