import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, textOf } from './product.ts';

/** Tests of the whole, and what tests share; everything else is named after what it tests. */
const NOT_MIRRORED = ['support', 'house', 'e2e', 'chaos', 'replay'];

const SOURCES = ['src', 'workflows', 'activities', 'bench', 'scripts', 'test'];

/** A file is one idea; this is where it has become two. */
const MOST_LINES = 300;

describe('the tree', () => {
  const sources = SOURCES.flatMap((folder) => filesOf(`${folder}/**/*.{ts,mjs}`));

  it('has no source file of more than 300 lines', () => {
    const long = sources.filter((path) => textOf(path).split('\n').length > MOST_LINES + 1);
    expect(long).toEqual([]);
  });

  it('names every source file in lower case with hyphens', () => {
    const odd = sources.filter((path) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(basename(path)));
    expect(odd).toEqual([]);
  });

  it('has a source folder for every folder of tests', () => {
    const folders = new Set(filesOf('test/**/*.test.ts').map((path) => dirname(path).slice(5)));
    const mirrored = [...folders].filter(
      (folder) => folder !== '' && !NOT_MIRRORED.includes(folder.split('/')[0] ?? ''),
    );
    const homes = new Set([...sources, ...filesOf('{docs,policy}/**/*.{md,yaml}')].map(dirname));
    const homeless = mirrored.filter((folder) => !homes.has(`src/${folder}`) && !homes.has(folder));
    expect(homeless).toEqual([]);
  });
});
