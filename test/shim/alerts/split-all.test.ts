import { describe, expect, it } from 'vitest';
import { splitAll } from '../../../src/shim/alerts/split-all.ts';
import { plainFormat } from '../../support/plain-format.ts';

const hubble = plainFormat('hubble');
const split = (documents: Parameters<typeof splitAll>[0]) =>
  splitAll(documents, hubble, { headers: {} });

describe('the documents of a delivery', () => {
  it('are one, in which each refused part keeps its place', () => {
    const { alerts, refused } = split({
      documents: [{ hubble: 'a' }, [{ hubble: 'b' }, {}, { hubble: 'c' }], {}],
      refused: [
        { index: 1, reason: 'no JSON' },
        { index: 4, reason: 'no JSON either' },
      ],
    });
    expect(alerts.map(({ title }) => title)).toEqual(['a', 'b', 'c']);
    expect(refused).toEqual([
      { index: 1, reason: 'no JSON' },
      { index: 3, reason: 'it has no hubble' },
      { index: 5, reason: 'it has no hubble' },
      { index: 6, reason: 'no JSON either' },
    ]);
  });

  it('hold nothing where there are none', () => {
    expect(split({ documents: [], refused: [] })).toEqual({
      alerts: [],
      refused: [],
      disagreements: [],
    });
  });
});
