import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionSource } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, hoverTooltip, type HoverTooltipSource, keymap, lineNumbers } from '@codemirror/view';
import * as tokens from '@cloudscape-design/design-tokens';
import { tags } from '@lezer/highlight';

import type { Place } from './json.ts';

/** Mark is a place that is marked: what is wrong with it, or that a decision rests on it. */
export interface Mark extends Place {
  look: 'error' | 'warning' | 'suggestion' | 'allow' | 'deny';
  /** What is said to whoever points at it. */
  title: string;
}

/** setMarks replaces the marks. @codemirror/lint is not used: it draws with data: images, which the security policy forbids. */
export const setMarks = StateEffect.define<readonly Mark[]>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, transaction) {
    let next = set.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) next = decorations(effect.value, transaction.state);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorations(marks: readonly Mark[], state: EditorState): DecorationSet {
  const all = marks.flatMap(({ from, to, look, title }) => {
    const start = Math.min(from, state.doc.length);
    const end = Math.min(Math.max(to, start), state.doc.length);
    const whole = look === 'allow' || look === 'deny';
    const spec = { class: `mark-${look}`, attributes: { title } };
    if (!whole) return start < end ? [Decoration.mark(spec).range(start, end)] : [];
    const lines = [];
    for (let n = state.doc.lineAt(start).number; n <= state.doc.lineAt(end).number; n++) lines.push(Decoration.line(spec).range(state.doc.line(n).from));
    return lines;
  });
  return Decoration.set(all, true);
}

const look = EditorView.theme({
  '&': {
    color: tokens.colorTextBodyDefault,
    backgroundColor: tokens.colorBackgroundInputDefault,
    border: `1px solid ${tokens.colorBorderInputDefault}`,
    borderRadius: tokens.borderRadiusInput,
    fontSize: '13px',
    maxHeight: '70vh',
  },
  '&.cm-focused': { outline: `2px solid ${tokens.colorBorderItemFocused}`, outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, Menlo, Consolas, monospace', lineHeight: '20px', overflow: 'auto' },
  '.cm-line': { paddingLeft: '12px' },
  '.cm-content': { caretColor: tokens.colorTextBodyDefault, minHeight: '6em' },
  '.cm-cursor': { borderLeftColor: tokens.colorTextBodyDefault },
  '.cm-gutters': { backgroundColor: tokens.colorBackgroundContainerHeader, color: tokens.colorTextBodySecondary, borderRight: `1px solid ${tokens.colorBorderDividerDefault}` },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { boxShadow: `inset 2px 0 ${tokens.colorBorderItemFocused}` },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: tokens.colorBackgroundItemSelected },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'transparent', outline: `1px solid ${tokens.colorBorderInputDefault}`, color: 'inherit' },
  '.cm-matchingBracket, .cm-nonmatchingBracket': { backgroundColor: 'transparent' },
  '.cm-tooltip': {
    backgroundColor: tokens.colorBackgroundContainerContent,
    color: tokens.colorTextBodyDefault,
    border: `1px solid ${tokens.colorBorderDividerDefault}`,
    borderRadius: '4px',
    boxShadow: '0 2px 8px rgb(0 0 0 / 25%)',
    maxWidth: 'min(560px, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'inherit', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: tokens.colorBackgroundButtonPrimaryDefault, color: tokens.colorTextButtonPrimaryDefault },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '1', marginLeft: '1em' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-tooltip-hover': { padding: '6px 10px', whiteSpace: 'pre-wrap' },
  '.cm-foldPlaceholder': { backgroundColor: 'transparent', color: tokens.colorTextBodySecondary, borderColor: tokens.colorBorderInputDefault },
  '.mark-error': { textDecoration: `underline wavy ${tokens.colorTextStatusError}`, textUnderlineOffset: '3px' },
  '.mark-warning': { textDecoration: `underline wavy ${tokens.colorTextStatusWarning}`, textUnderlineOffset: '3px' },
  '.mark-suggestion': { textDecoration: `underline dotted ${tokens.colorTextStatusInfo}`, textUnderlineOffset: '3px' },
  '.mark-allow': { boxShadow: `inset 6px 0 ${tokens.colorTextStatusSuccess}`, fontWeight: '700' },
  '.mark-deny': { boxShadow: `inset 6px 0 ${tokens.colorTextStatusError}`, fontWeight: '700' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: tokens.colorTextStatusInfo },
  { tag: tags.string, color: tokens.colorTextStatusSuccess },
  { tag: [tags.number, tags.bool, tags.null], color: tokens.colorTextStatusWarning },
]);

/**
 * typedOver puts what is typed in place of what is selected. Left to itself the browser would, in lines of several colours, write style
 * attributes into the text for CodeMirror to read back, which the content security policy forbids.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== 'insertText' || text === null || empty || view.composing || view.state.readOnly) return false;
    const insert = () => view.state.update({ ...view.state.replaceSelection(text), scrollIntoView: true, userEvent: 'input.type' });
    if (!view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, text, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

export interface Options {
  label: string;
  writable: boolean;
  completion: CompletionSource;
  hover: HoverTooltipSource;
}

/** extensions of an editor for JSON. Tab leaves the editor, as it leaves every field. */
export function extensions({ label, writable, completion, hover }: Options): Extension {
  const common = [
    lineNumbers(),
    highlightSpecialChars({ addSpecialChars: /[\p{Cf}\p{Zl}\p{Zp}]/gu }),
    codeFolding(),
    foldGutter(),
    drawSelection(),
    bracketMatching(),
    json(),
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', ...(!writable && { 'aria-readonly': 'true' }) }),
    hoverTooltip(hover, { hoverTime: 250 }),
    marked,
    look,
  ];
  if (!writable) return [common, EditorState.readOnly.of(true), keymap.of([...defaultKeymap, ...foldKeymap])];
  return [
    common,
    history(),
    typedOver,
    highlightActiveLine(),
    indentOnInput(),
    indentUnit.of('  '),
    closeBrackets(),
    autocompletion({ override: [completion], icons: false, activateOnTyping: true, maxRenderedOptions: 200 }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap]),
  ];
}
