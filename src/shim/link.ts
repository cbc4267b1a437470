type Query = Readonly<Record<string, string | number | undefined>>;

/** RFC 8288: where the next page is, with the query of this one; no header where this is the last. */
export function linkToNext(path: string, query: Query, next: string): Record<string, string> {
  if (next === '') return {};
  const asked: Query = { ...query, cursor: next };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
