/**
 * The same function, which makes what it has made before only once; so many results are kept, and then none of them.
 * For functions whose result nobody changes.
 */
export function remembering<Given extends unknown[], Made>(
  most: number,
  keyOf: (...given: Given) => string,
  make: (...given: Given) => Made,
): (...given: Given) => Made {
  const kept = new Map<string, { made: Made }>();
  return (...given) => {
    const key = keyOf(...given);
    const known = kept.get(key);
    if (known !== undefined) return known.made;
    const made = make(...given);
    if (kept.size >= most) kept.clear();
    kept.set(key, { made });
    return made;
  };
}
