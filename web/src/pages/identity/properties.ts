import { useMemo } from 'react';

import type { Property } from '../../components/ResourceTable.tsx';
import type { Tag } from '../../components/TagEditor.tsx';

/** MaybeTag is a tag as answers have it. */
export interface MaybeTag {
  Key: string | undefined;
  Value: string | undefined;
}

/** useTagProperties makes every tag key that items have a property to filter by. */
export function useTagProperties<T>(items: readonly T[], tagsOf: (item: T) => readonly MaybeTag[] | undefined): Property<T>[] {
  return useMemo(() => {
    const keys = new Set<string>();
    for (const item of items) for (const { Key } of tagsOf(item) ?? []) if (Key !== undefined) keys.add(Key);
    return [...keys].toSorted().map((key) => ({
      id: `tag:${key}`,
      label: `Tag ${key}`,
      group: 'tags',
      value: (item: T) => tagsOf(item)?.find(({ Key }) => Key === key)?.Value,
    }));
  }, [items, tagsOf]);
}

/** definedTags are the tags of an answer. */
export function definedTags(tags: readonly MaybeTag[] | undefined): Tag[] {
  return (tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
}
