/** A text that every store can hold: PostgreSQL takes no NUL, and half of a surrogate pair has no UTF-8 form. */
export function sound(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

/** The same, without the space around it, and no longer than `most` UTF-16 code units. */
export function fit(text: string, most: number): string {
  const whole = text.trim();
  if (whole.length <= most) return sound(whole);
  const cut = whole.slice(0, most - 1);
  const isSplit = /[\ud800-\udbff]$/.test(cut);
  return `${sound(isSplit ? cut.slice(0, -1) : cut)}…`;
}
