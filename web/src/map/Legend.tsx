import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useDark } from '../app/theme.ts';
import { flagNames, kindOrder, kinds, relationOrder, relations, ring } from './look.ts';
import type { Flag } from './model.ts';
import { KindSymbol } from './Symbol.tsx';
import style from './map.module.css';

/** Legend says what shapes, lines and borders mean. */
export function Legend() {
  const dark = useDark();
  const mode = dark ? 'dark' : 'light';
  const borders: (Flag | 'findings')[][] = [['escalates', 'public'], ['admin'], ['external'], ['findings']];
  return (
    <ExpandableSection headerText="Legend" variant="footer">
      <SpaceBetween size="s">
        <Box variant="h4">Shapes</Box>
        <ul className={style.legend}>
          {kindOrder.map((kind) => (
            <li key={kind}>
              <KindSymbol kind={kind} />
              {kinds[kind].name}
            </li>
          ))}
        </ul>
        <Box variant="h4">Borders</Box>
        <ul className={style.legend}>
          {borders.map((flags) => (
            <li key={flags[0]}>
              <svg className={style.symbol} viewBox="0 0 18 18" aria-hidden="true">
                <circle cx="9" cy="9" r="6.5" fill="none" strokeWidth="4" stroke={ring(flags.filter((flag) => flag !== 'findings'), flags.includes('findings'), dark)} />
              </svg>
              {flags.map((flag) => flagNames[flag]).join(', or: ')}
            </li>
          ))}
        </ul>
        <Box variant="h4">Lines</Box>
        <ul className={style.legend}>
          {relationOrder.map((relation) => (
            <li key={relation}>
              <svg className={style.symbol} viewBox="0 0 18 18" aria-hidden="true">
                <line x1="1" y1="9" x2="17" y2="9" stroke={relations[relation][mode]} strokeWidth={1.5 * relations[relation].width} />
                {relations[relation].strong && <polygon points="17,9 11,5 11,13" fill={relations[relation][mode]} />}
              </svg>
              {relations[relation].name}
            </li>
          ))}
        </ul>
      </SpaceBetween>
    </ExpandableSection>
  );
}
