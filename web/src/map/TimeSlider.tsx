import Button from '@cloudscape-design/components/button';
import Box from '@cloudscape-design/components/box';
import Slider from '@cloudscape-design/components/slider';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';

import { exact } from '../components/Age.tsx';

/** steps is how many places the slider has between when the account was made and now. */
const steps = 500;

/** Milliseconds without a change of the slider after which the map of its time is asked for. */
const rest = 350;

/** TimeSlider goes back to what the account was like. */
export function TimeSlider({ since, at, onChange }: { since: Date; at: Date | undefined; onChange: (at: Date | undefined) => void }) {
  const [now] = useState(() => Date.now());
  const span = Math.max(now - since.getTime(), 1);
  const placeOf = (time: Date | undefined) => (time ? Math.min(steps, Math.round(((time.getTime() - since.getTime()) / span) * steps)) : steps);
  const [place, setPlace] = useState(() => placeOf(at));
  const timeOf = (value: number) => new Date(since.getTime() + (span * value) / steps);
  const wanted = at?.getTime();
  useEffect(() => setPlace(placeOf(at)), [wanted]); // oxlint-disable-line react/exhaustive-deps
  useEffect(() => {
    if (place === placeOf(at)) return;
    const timer = setTimeout(() => onChange(place >= steps ? undefined : timeOf(place)), rest);
    return () => clearTimeout(timer);
  }, [place]); // oxlint-disable-line react/exhaustive-deps
  const label = (value: number) => (value >= steps && (!at || value !== placeOf(at)) ? 'Now' : exact(at && value === placeOf(at) ? at : timeOf(value)));
  return (
    <SpaceBetween size="xxs">
      <SpaceBetween size="xs" direction="horizontal" alignItems="center">
        <Box variant="awsui-key-label">As of: {label(place)}</Box>
        {at && (
          <Button
            variant="inline-link"
            onClick={() => {
              setPlace(steps); // or the time that the slider was moved to a moment ago would still be asked for
              onChange(undefined);
            }}
          >
            Back to now
          </Button>
        )}
      </SpaceBetween>
      <Slider value={place} min={0} max={steps} onChange={({ detail }) => setPlace(detail.value)} valueFormatter={label} ariaLabel="Time of the map" hideFillLine />
    </SpaceBetween>
  );
}
