/** Works on each, at most so many at once; the results are in the order of the things. */
export async function inTurns<Thing, Result>(
  things: readonly Thing[],
  mostAtOnce: number,
  work: (thing: Thing) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = things.entries();
  const worker = async () => {
    for (const [index, thing] of left) results[index] = await work(thing);
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, things.length) }, worker));
  return results;
}
