import { describe, expect, it } from 'vitest';
import { keyedPseudonyms, recognised } from '../../src/evidence/pseudonyms.ts';

const KEY = new Uint8Array(32).fill(1);

describe('a pseudonym', () => {
  const { name, digest } = keyedPseudonyms(KEY);

  it('is the same for the same name under the same key, and for no other', () => {
    expect(name('ada')).toBe(keyedPseudonyms(KEY).name('ada'));
    expect(name('ada')).not.toBe(name('bob'));
    expect(name('ada')).not.toBe(keyedPseudonyms(new Uint8Array(32)).name('ada'));
  });

  it('of a digest is no pseudonym of the name that is written like it', () => {
    const sha256 = 'ab'.repeat(32);
    expect(digest(sha256)).toMatch(/^[0-9a-f]{64}$/);
    expect(digest(sha256).slice(0, 16)).not.toBe(name(sha256).slice(-16));
  });

  it('is given to a name that is written like one', () => {
    expect(name('anon-0123456789abcdef')).not.toBe('anon-0123456789abcdef');
  });

  it('is recognised where a name is not', () => {
    expect(recognised.name(name('ada'))).toBe(name('ada'));
    expect(recognised.name('ada')).toBe('[removed]');
  });

  it.each(['', 'cordon', 'memory'])('is not given to %j, which tells of nobody', (nobody) => {
    expect(name(nobody)).toBe(nobody);
  });
});
