/** Texts to be looked for, by how they begin: finding any of them takes one walk, however many they are. */
export interface Sought {
  length: number;
  byStart: ReadonlyMap<string, readonly string[]>;
}

/** Those of the texts that are at least so long. */
export function soughtBy(length: number, texts: readonly string[]): Sought {
  const long = texts.filter((text) => text.length >= length);
  return { length, byStart: Map.groupBy(long, (text) => text.slice(0, length)) };
}

/** Each of the texts, wherever it begins in this one. */
export function* occurringIn(text: string, { length, byStart }: Sought): Generator<string> {
  for (let at = 0; at + length <= text.length; at += 1) {
    for (const sought of byStart.get(text.slice(at, at + length)) ?? []) {
      if (text.startsWith(sought, at)) yield sought;
    }
  }
}
