import { useState } from 'react';

import { all } from '../../api/all.ts';
import { useCall } from '../../api/useCall.ts';
import { changes, type EditedTag, edited, type Tag } from '../../components/TagEditor.tsx';
import { definedTags } from './properties.ts';
import type { Tagged } from './tagged.ts';

/** Tags are those of one thing, as they are and as somebody is changing them. */
export interface Tags {
  /** Undefined until they are read. */
  shown: readonly EditedTag[] | undefined;
  /** Why they could not be read. */
  error: unknown;
  reload: () => void;
  write: (tags: readonly EditedTag[], valid: boolean) => void;
  /** reset gives up what is written. */
  reset: () => void;
  changed: boolean;
  /** There is a change, and it can be saved. */
  ready: boolean;
  /** save makes the change; when it fails, a part may be made, and what is written stays. */
  save: () => Promise<void>;
}

/** Draft are tags that somebody has written and not saved. */
interface Draft {
  tags: readonly EditedTag[];
  valid: boolean;
}

/** useTags reads the tags of something, to change them. */
export function useTags(thing: Tagged): Tags {
  const read = async (abortSignal?: AbortSignal) => definedTags(await all((Marker) => thing.list(Marker, { abortSignal }), ({ Tags }) => Tags));
  const { data, error, reload } = useCall(read, [thing.what]);
  const [saved, setSaved] = useState<readonly Tag[]>(); // since they were read
  const [draft, setDraft] = useState<Draft>();
  const before = saved ?? data;
  const change = changes(before ?? [], draft?.tags ?? edited(before ?? []));
  const changed = change.set.length > 0 || change.remove.length > 0;
  const save = async () => {
    try {
      if (change.remove.length > 0) await thing.remove(change.remove);
      if (change.set.length > 0) await thing.set(change.set);
      setSaved(await read()); // rather than guessed: where case does not tell keys apart, a new one takes the place of one that was there
      setDraft((now) => (now === draft ? undefined : now)); // more may have been written meanwhile
    } catch (failure) {
      setSaved(undefined);
      reload();
      throw failure;
    }
  };
  return {
    shown: draft?.tags ?? (before && edited(before)),
    error,
    reload,
    write: (tags, valid) => setDraft({ tags, valid }),
    reset: () => setDraft(undefined),
    changed,
    ready: before !== undefined && changed && draft?.valid === true,
    save,
  };
}
