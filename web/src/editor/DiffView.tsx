import * as tokens from '@cloudscape-design/design-tokens';
import { useMemo } from 'react';

import { diffLines, type Row } from './diff.ts';
import styles from './DiffView.module.css';
import { shown } from './json.ts';

/** DiffView shows two documents side by side, line by line; narrow screens show them one under the other. */
export function DiffView({ before, after, names }: { before: string; after: string; names: [string, string] }) {
  const rows = useMemo(() => diffLines(shown(before), shown(after)), [before, after]);
  const changed = rows.filter(({ kind }) => kind !== 'same').length;
  return (
    // It scrolls, and so can be reached by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.frame} tabIndex={0} aria-label={`${names[0]} beside ${names[1]}`} style={{ borderColor: tokens.colorBorderDividerDefault }}>
      <table className={styles.table}>
        <caption className={styles.caption}>{changed === 0 ? 'No difference' : `${changed} ${changed === 1 ? 'line differs' : 'lines differ'}`}</caption>
        <thead>
          <tr>
            <th colSpan={2} scope="col">{names[0]}</th>
            <th colSpan={2} scope="col">{names[1]}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            // Lines have no names of their own.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={i} className={styles[row.kind]}>
              <Side line={row.left} sign={row.kind === 'same' ? '' : '−'} look={side(row, 'left')} />
              <Side line={row.right} sign={row.kind === 'same' ? '' : '+'} look={side(row, 'right')} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function side({ kind }: Row, at: 'left' | 'right'): string | undefined {
  if (kind === 'same') return undefined;
  return at === 'left' ? styles.before : styles.after;
}

function Side({ line, sign, look }: { line: Row['left']; sign: string; look: string | undefined }) {
  if (!line) return <td colSpan={2} className={styles.nothing} aria-label="No line" />;
  return (
    <>
      <td className={styles.number}>{line.line}</td>
      <td className={`${styles.text} ${look ?? ''}`}>
        <span className={styles.sign}>{sign || ' '} </span>
        {line.text}
      </td>
    </>
  );
}
