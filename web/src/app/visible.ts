/**
 * What does not show, or makes others show otherwise than they stand: controls, characters that turn the direction of writing and others
 * of format, separators of lines and paragraphs. internal/visible has the same rule; white space of a text's layout is left.
 */
const hidden = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** spell spells out what is hidden: "\u202e". */
export function spell(text: string): string {
  return text.replace(hidden, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

/** What is left as it is: what people write in, where the editor of policies marks hidden characters itself. */
const fields = 'textarea, [contenteditable], .cm-editor';

/**
 * spellOut spells out what is hidden in all text below an element, now and whenever it changes, before it is drawn: whatever component
 * shows a name, a note or a record that somebody else wrote, it can mislead nobody.
 */
export function spellOut(below: Node): void {
  spellIn(below);
  const observer = new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (target instanceof Text) spellIn(target);
      for (const added of addedNodes) spellIn(added);
    }
  });
  observer.observe(below, { subtree: true, childList: true, characterData: true });
}

function spellIn(node: Node): void {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text: Node | null = node instanceof Text ? node : walker.nextNode(); text; text = walker.nextNode()) {
    const shown = spell(text.nodeValue ?? '');
    if (shown !== text.nodeValue && !text.parentElement?.closest(fields)) text.nodeValue = shown;
  }
}
