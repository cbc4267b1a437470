import { existsSync, globSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cordon } from '../cli/surroundings.ts';
import { filesOf, ROOT, textOf } from './product.ts';

const DOCUMENTS = filesOf('{README.md,docs/**/*.md,test/README.md}');

const TOP = readdirSync(ROOT);

describe.each(DOCUMENTS)('%s', (document) => {
  const text = textOf(document);

  it('names only paths that exist', () => {
    const lost = pathsIn(text).filter((path) => !isThere(path, dirname(document)));
    expect(lost).toEqual([]);
  });

  it('shows only commands, with options, that `cordon` has', async () => {
    const unknown = [];
    for (const line of cordonLines(text)) if (!(await isUnderstood(line))) unknown.push(line);
    expect(unknown).toEqual([]);
  });

  it('shows only npm scripts that package.json has', () => {
    const { scripts }: { scripts: object } = JSON.parse(textOf('package.json'));
    const unknown = npmScripts(text).filter((name) => !Object.hasOwn(scripts, name));
    expect(unknown).toEqual([]);
  });
});

it('finds what is to be checked', async () => {
  expect(DOCUMENTS).toContain('README.md');
  const text =
    'Run `npm start`, see `src/nowhere.ts`,\n`./cordon nothing` or\n./cordon show X --odd # so\n';
  expect(pathsIn(text)).toEqual(['src/nowhere.ts']);
  expect(npmScripts(text)).toEqual(['start']);
  expect(cordonLines(text)).toEqual(['nothing', 'show X --odd']);
  expect(await Promise.all(['nothing', 'show X --odd', 'show X'].map(isUnderstood))).toEqual([
    false,
    false,
    true,
  ]);
});

/** In backticks or a link, and either below one of our top folders or named like one of our files. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`|\]\(([^)#\s]+)/g)];
  return quoted
    .map(([, code, link]) => (code ?? link ?? '').replace(/^\.\//, ''))
    .filter((word) => /^[\w.*-][\w./*-]*$/.test(word))
    .filter((word) => isBelowTop(word) || /\.(ts|mjs|ya?ml|json|md)$/.test(word));
}

function isBelowTop(word: string): boolean {
  return word.includes('/') && TOP.includes(word.split('/')[0] ?? '');
}

function isThere(path: string, folder: string): boolean {
  const places = [path, join(folder, path), join(folder, '**', path)];
  return places.some((place) =>
    place.includes('*') ? globSync(place, { cwd: ROOT }).length > 0 : existsSync(join(ROOT, place)),
  );
}

/** What follows `./cordon`, up to the end of the code or the comment behind it. */
function cordonLines(text: string): string[] {
  return [...text.matchAll(/\.\/cordon ([^`#|\n]+)/g)].map(([, line = '']) => line.trim());
}

/** True if its words lead to a command whose help knows every option. */
async function isUnderstood(line: string): Promise<boolean> {
  const words = line.split(/\s+/);
  const operands = words.filter((word) => /^[a-z]/.test(word));
  const { code, out } = await cordon([...operands, '--help']);
  const isOneCommand = code === 0 && !/^Usage: .*\[command\]$/m.test(out);
  const options = words.filter((word) => /^--?[a-z]/.test(word));
  return isOneCommand && options.every((option) => out.includes(option));
}

function npmScripts(text: string): string[] {
  const calls = text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g);
  return [...calls].map(([, run, short]) => run ?? short ?? '');
}
