import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import DateRangePicker from '@cloudscape-design/components/date-range-picker';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { attributes, readRange, relativeOptions, validRange, writeRange, type Range } from './search.ts';

const any = { value: '', label: 'Any event' };

/** addressOf is the part of an address that the form is about: the table below has its filter there, too. */
export function addressOf(search: URLSearchParams): string {
  return JSON.stringify(['attribute', 'value', 'since', 'from', 'to'].map((name) => search.get(name)));
}

/** SearchForm edits the search in the URL: attribute, value and time. onSearch is told which it gives. */
export function SearchForm({ onSearch }: { onSearch: (address: string) => void }) {
  const [search, setSearch] = useSearchParams();
  const [attribute, setAttribute] = useState(search.get('attribute') ?? '');
  const [value, setValue] = useState(search.get('value') ?? '');
  const [range, setRange] = useState<Range>(() => readRange(search));
  const chosen = attributes.find((one) => one.value === attribute);

  const submit = () => {
    const next = new URLSearchParams(search);
    next.delete('attribute');
    next.delete('value');
    if (chosen && value.trim() !== '') {
      next.set('attribute', chosen.value);
      next.set('value', value.trim());
    }
    writeRange(range, next);
    onSearch(addressOf(next));
    setSearch(next);
  };
  return (
    <Container>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Grid gridDefinition={[{ colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 4 } }, { colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 2 } }]}>
          <FormField label="Find by">
            <Select
              options={[any, ...attributes.map(({ value: key, label }) => ({ value: key, label }))]}
              selectedOption={chosen ? { value: chosen.value, label: chosen.label } : any}
              onChange={({ detail }) => setAttribute(detail.selectedOption.value ?? '')}
            />
          </FormField>
          <FormField label="Value">
            <Input value={value} disabled={!chosen} placeholder={chosen?.example} onChange={({ detail }) => setValue(detail.value)} spellcheck={false} />
          </FormField>
          <FormField label="Time">
            <DateRangePicker
              value={range}
              onChange={({ detail }) => setRange(detail.value)}
              relativeOptions={relativeOptions}
              isValidRange={validRange}
              placeholder="Any time"
              expandToViewport
            />
          </FormField>
          <FormField label={<span aria-hidden="true">&nbsp;</span>}>
            <Button variant="primary" formAction="submit">
              Search
            </Button>
          </FormField>
        </Grid>
      </form>
    </Container>
  );
}
