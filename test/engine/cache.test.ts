import { expect, it } from 'vitest';
import { cacheDirectory, cachedTemporal } from '../../src/engine/cache.ts';

it('keeps the cache where CORDON_CACHE says, else in the XDG cache, else in the home', () => {
  const env: NodeJS.ProcessEnv = { HOME: '/home/ada', XDG_CACHE_HOME: '/xdg', CORDON_CACHE: '/c' };
  expect(cacheDirectory(env)).toBe('/c');
  expect(cacheDirectory({ ...env, CORDON_CACHE: '' })).toBe('/xdg/cordon');
  expect(cacheDirectory({ HOME: '/home/ada' })).toBe('/home/ada/.cache/cordon');
});

it('ignores a relative XDG_CACHE_HOME', () => {
  expect(cacheDirectory({ HOME: '/home/ada', XDG_CACHE_HOME: 'x' })).toBe(
    '/home/ada/.cache/cordon',
  );
});

it('names the binary by its version', () => {
  expect(cachedTemporal({ CORDON_CACHE: '/c' })).toBe('/c/bin/temporal-1.8.2');
});
