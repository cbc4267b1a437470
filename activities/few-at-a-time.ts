/**
 * Lets so many go on at once for one key, and answers the others at once: whoever waits for a host would take the place
 * of somebody who contains one.
 */
export function fewAtATime<T>(most: number, otherwise: T) {
  const underWay = new Map<string, number>();
  return async (key: string, work: () => Promise<T>): Promise<T> => {
    const others = underWay.get(key) ?? 0;
    if (others >= most) return otherwise;
    underWay.set(key, others + 1);
    try {
      return await work();
    } finally {
      const left = (underWay.get(key) ?? 1) - 1;
      if (left === 0) underWay.delete(key);
      else underWay.set(key, left);
    }
  };
}
