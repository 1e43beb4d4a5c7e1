import Box from '@cloudscape-design/components/box';
import TokenGroup from '@cloudscape-design/components/token-group';

import styles from './chosen.module.css';

/** Chosen are values of a list, each of which can be taken away. */
export function Chosen({ what, values, onChange, empty }: { what: string; values: string[]; onChange: (values: string[]) => void; empty: string }) {
  return (
    <div className={styles.values}>
      {values.length === 0 ? (
        <Box color="text-body-secondary">{empty}</Box>
      ) : (
        <TokenGroup
          items={values.map((value) => ({ label: value, dismissLabel: `Remove ${what} ${value}` }))}
          onDismiss={({ detail }) => onChange(values.toSpliced(detail.itemIndex, 1))}
          limit={20}
          i18nStrings={{ limitShowMore: 'Show all', limitShowFewer: 'Show fewer' }}
        />
      )}
    </div>
  );
}
