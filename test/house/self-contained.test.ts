import { describe, expect, it } from 'vitest';
import { filesOf, textOf } from './product.ts';

/** Spelled so that this file does not mention them itself. */
const FOREIGN = [
  ['a folder beside the repository', /\.\.\/(shared|\.library)\b/],
  ['a registry of packages', new RegExp(['registry', '(npmjs|yarnpkg)', '(org|com)'].join('\\.'))],
  ['a proxy of Go modules', new RegExp(['proxy', 'golang', 'org'].join('\\.'))],
  ['a repository of Maven', new RegExp(['repo1?', 'maven', '(apache|org)'].join('\\.'))],
] as const;

const TEXT = /\.(ts|mjs|json|ya?ml|md|sh|xml|toml|mod|sum|service|txt)$|(^|\/)[^.]+$/;

describe('the product', () => {
  const files = filesOf('{*,.*,.*/**,*/**}').filter((path) => TEXT.test(path));

  it.each(FOREIGN)('does not mention %s', (_what, pattern) => {
    expect(files.filter((path) => pattern.test(textOf(path)))).toEqual([]);
  });
});
