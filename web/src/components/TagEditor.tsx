import AwsTagEditor, { type TagEditorProps as AwsTagEditorProps } from '@cloudscape-design/components/tag-editor';

/** Tag as IAM has it. */
export interface Tag {
  Key: string;
  Value: string;
}

/** EditedTag is a tag in an editor; existing ones may be marked for removal. */
export type EditedTag = AwsTagEditorProps.Tag;

export interface TagEditorProps {
  tags: readonly EditedTag[];
  onChange: (tags: readonly EditedTag[], valid: boolean) => void;
}

/** TagEditor edits up to 50 tags. */
export function TagEditor({ tags, onChange }: TagEditorProps) {
  return <AwsTagEditor tags={tags} tagLimit={50} onChange={({ detail }) => onChange(detail.tags, detail.valid)} />;
}

/** edited are tags as the editor wants them. */
export function edited(tags: readonly Tag[]): EditedTag[] {
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value, existing: true }));
}

/** changes are what to set and what to remove to get from the tags of before to the edited ones. */
export function changes(before: readonly Tag[], after: readonly EditedTag[]): { set: Tag[]; remove: string[] } {
  const old = new Map(before.map(({ Key, Value }) => [Key, Value]));
  const kept = after.filter(({ markedForRemoval }) => !markedForRemoval);
  const set = kept.filter(({ key, value }) => old.get(key) !== value).map(({ key, value }) => ({ Key: key, Value: value }));
  const names = new Set(kept.map(({ key }) => key));
  return { set, remove: [...old.keys()].filter((key) => !names.has(key)) };
}
