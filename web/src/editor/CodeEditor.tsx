import type { CompletionSource } from '@codemirror/autocomplete';
import { Annotation, EditorSelection, EditorState, type Extension } from '@codemirror/state';
import { EditorView, type HoverTooltipSource } from '@codemirror/view';
import { forwardRef, useEffect, useImperativeHandle, useRef } from 'react';

import { extensions, type Mark, setMarks } from './codeMirror.ts';
import type { Place } from './json.ts';

/** CodeHandle is what a page can ask of an editor. */
export interface CodeHandle {
  /** jump selects a place, shows it, and puts the cursor there. */
  jump: (place: Place) => void;
}

export interface CodeEditorProps {
  value: string;
  /** Without it, the text is to read only. */
  onChange?: (value: string) => void;
  /** The editor's name for those who do not see it. */
  label: string;
  marks?: readonly Mark[];
  completion?: CompletionSource;
  hover?: HoverTooltipSource;
}

/** given marks a text that came from outside. */
const given = Annotation.define<boolean>();

/**
 * CodeEditor shows JSON, to write or to read. It lives in a shadow root: CodeMirror puts its styles into a document as a style
 * element, which the content security policy forbids, and into a shadow root as adopted style sheets, which need no permission.
 */
export const CodeEditor = forwardRef<CodeHandle, CodeEditorProps>(function CodeEditor({ value, onChange, label, marks, completion, hover }, ref) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, completion, hover });
  latest.current = { onChange, completion, hover };
  // The texts that were typed and have not come back as the value yet.
  const typed = useRef<string[]>([]);
  const writable = onChange !== undefined;

  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' });
    const told: Extension = EditorView.updateListener.of((update) => {
      if (!update.docChanged || update.transactions.some((one) => one.annotation(given))) return;
      const text = update.state.doc.toString();
      typed.current.push(text);
      latest.current.onChange?.(text);
    });
    const own = extensions({
      label,
      writable,
      completion: (context) => latest.current.completion?.(context) ?? null,
      hover: (...at) => latest.current.hover?.(...at) ?? null,
    });
    view.current = new EditorView({ root, parent: root, state: EditorState.create({ doc: value, extensions: [own, told] }) });
    return () => {
      view.current?.destroy();
      view.current = undefined;
    };
    // The text is the editor's own from here on; what comes from outside is put in below.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [label, writable]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    // What was typed comes back late, when more has been typed already, which must not be overwritten.
    const echo = typed.current.indexOf(value);
    typed.current.splice(0, echo < 0 ? Infinity : echo + 1);
    if (echo >= 0 || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, annotations: given.of(true) });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of(marks ?? []) });
  }, [marks, label, writable, value]);

  useImperativeHandle(ref, () => ({
    jump({ from, to }) {
      const editor = view.current;
      if (!editor) return;
      const end = editor.state.doc.length;
      const selection = EditorSelection.range(Math.min(from, end), Math.min(to, end));
      editor.dispatch({ selection, effects: EditorView.scrollIntoView(selection, { y: 'center' }) });
      editor.focus();
      host.current?.scrollIntoView({ block: 'nearest' });
    },
  }));

  return <div ref={host} />;
});
