/** RFC 8288: where the next page is, with the query of this one; no header where this is the last. */
export function linkToNext(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  next: string,
): Record<string, string> {
  if (next === '') return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next })) {
    if (value !== undefined) parameters.set(name, `${value}`);
  }
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
