/** What stands for a secret in its place. */
export const REDACTED = '[redacted]';

const SECRET =
  '(?:token|passw(?:or)?d|passphrase|secret|credential|(?:api|access|private|auth)[-_]?key)';

/** Where an argument ends is written as a NUL, as the kernel writes it, so that a flag is seen with what follows it. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // `Authorization: Bearer …` as a header in one argument, or as words of several.
  [/(authorization[\0 ]?[:=][\0 ]*)(?:(?:bearer|basic|token|digest)[\0 ]+)?[^\0"'\r\n]+/gi, '$1'],
  [/\b(bearer[\0 ]+)[^\0\s"']+/gi, '$1'],
  // `--token=…` and `NAME_TOKEN=…` as an argument of their own have a value up to its end; `--password …` the next one.
  [new RegExp(`((?<=^|\\0)-{0,2}[\\w.-]*${SECRET}[\\w.-]*=)[^\\0]+`, 'gi'), '$1'],
  [new RegExp(`((?<=^|\\0)--?[\\w.-]*${SECRET}[\\w.-]*\\0)[^\\0]+`, 'gi'), '$1'],
  // The same inside a longer argument, as a shell is given them.
  [new RegExp(`([\\w.-]*${SECRET}[\\w.-]*=)(?:"[^"\\0]*"|'[^'\\0]*'|[^\\s\\0"']+)`, 'gi'), '$1'],
  [
    new RegExp(`(--?[\\w.-]*${SECRET}[\\w.-]* +)(?:"[^"\\0]*"|'[^'\\0]*'|[^\\s\\0"']+)`, 'gi'),
    '$1',
  ],
  [/([a-z][a-z0-9+.-]*:\/\/)[^/\0\s"']+(?=@)/gi, '$1'],
];

/** The arguments of a process with what looks like a secret taken out. It knows forms, not secrets. */
export function redactArguments(args: readonly string[]): string[] {
  const redacted = PATTERNS.reduce(
    (text, [pattern, kept]) => text.replace(pattern, `${kept}${REDACTED}`),
    args.join('\0'),
  );
  return redacted.split('\0');
}

/** The names of an environment. What has no name may be all value, and is counted alone. */
export function environmentNames(entries: readonly string[]): { names: string[]; unnamed: number } {
  const names = entries.flatMap((entry) => /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(entry)?.[1] ?? []);
  return { names, unnamed: entries.length - names.length };
}
