/** What means something to a reader of Markdown anywhere in a line; the beginnings of links among it. */
const MEANS_SOMETHING = /[\\`*_[\]<>|#!~&@$]|:(?=\/\/)|(?<=\bwww)\./g;
/** Where a mark of a list would stand, or the line below a heading. */
const AT_THE_BEGINNING = /^(?:(\d{1,9})(?=[.)])|(?=[-+=]))/;
/** What breaks a line, is not to be seen, or turns its direction. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/** Words of somebody else as one line of Markdown, of which none is a mark of structure, nor a link. */
export function plainText(text: string): string {
  const line = text.replace(UNSEEN, ' ').trim();
  return line.replace(MEANS_SOMETHING, String.raw`\$&`).replace(AT_THE_BEGINNING, '$1\\');
}

/** A list of such items, or the sentence that says that there is none. */
export function listOf(items: readonly string[], none: string): string {
  return items.length === 0 ? `${none}\n` : `${items.map((item) => `- ${item}`).join('\n')}\n`;
}
