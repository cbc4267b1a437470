/** Text that may stand in a page as it is. */
export interface Html {
  readonly text: string;
}

type Part = string | Html | readonly Html[];

/** A template whose every value is escaped, unless it came from such a template itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const text = strings.reduce((before, after, index) => {
    const part = parts[index - 1];
    return before + (part === undefined ? '' : textOf(part)) + after;
  });
  return { text };
}

/** Marks text as safe. Only ever for our own. */
html.raw = (text: string): Html => ({ text });

function textOf(part: Part): string {
  if (typeof part === 'string') return escaped(part);
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
