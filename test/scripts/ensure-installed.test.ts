import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../scripts/ensure-installed.mjs');

const LOCKED = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  'node_modules/node': { version: '24.1.0' },
};

const { 'node_modules/for-another-platform': _, ...INSTALLED } = LOCKED;

it('installs into a fresh clone', () => {
  const clone = fresh();
  expect(clone.run()).toEqual({ status: 0, asked: ['ci --include=dev --include=optional'] });
});

it('does nothing where all is installed', () => {
  const clone = fresh();
  clone.run();
  expect(clone.run()).toEqual({ status: 0, asked: [] });
});

it('installs again when a package is at another version than the lockfile says', () => {
  const clone = fresh();
  clone.run();
  clone.write('node_modules/.package-lock.json', {
    packages: { ...INSTALLED, 'node_modules/a': { version: '0.9.0' } },
  });
  expect(clone.run()).toEqual({ status: 0, asked: ['ci --include=dev --include=optional'] });
});

it('brings the pinned Node where npm does not run install scripts', () => {
  const clone = fresh('--ignore-scripts');
  expect(clone.run()).toEqual({
    status: 0,
    asked: ['ci --include=dev --include=optional', 'rebuild node --ignore-scripts'],
  });
});

it('fails with what to do when the Node that arrives is another one', () => {
  const clone = fresh('', 'v20.0.0');
  const { status, said } = clone.runAloud();
  expect(status).toBe(1);
  expect(said).toMatch(/is v20\.0\.0, not v24\.1\.0\. Try: rm -rf node_modules && npm ci/);
});

/** A clone with a lockfile, and an npm that puts in place what the lockfile says. */
function fresh(setting = '', node = 'v24.1.0') {
  const root = mkdtempSync(join(tmpdir(), 'cordon-fresh-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, content: unknown) =>
    writeFileSync(join(root, path), JSON.stringify(content));
  mkdirSync(join(root, 'scripts'));
  cpSync(SCRIPT, join(root, 'scripts/ensure-installed.mjs'));
  write('package-lock.json', { packages: LOCKED });
  write('settings.json', { setting, node, installed: INSTALLED });
  writeFileSync(join(root, 'npm.mjs'), NPM);

  const runAloud = () => {
    rmSync(join(root, 'asked'), { force: true });
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, 'scripts/ensure-installed.mjs')],
      { encoding: 'utf8', env: { ...process.env, npm_execpath: join(root, 'npm.mjs') } },
    );
    return { status, said: stderr };
  };
  const run = () => ({ status: runAloud().status, asked: linesOf(join(root, 'asked')) });
  return { run, runAloud, write };
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

const NPM = `
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const asked = process.argv.slice(2).filter((word) => !/^--no-/.test(word)).join(' ');
appendFileSync('asked', asked + '\\n');
const { setting, node, installed } = JSON.parse(readFileSync('settings.json', 'utf8'));
mkdirSync('node_modules/.bin', { recursive: true });
mkdirSync('node_modules/node', { recursive: true });
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
writeFileSync('node_modules/node/installArchSpecificPackage.js', '');
if (asked.startsWith('rebuild') || setting !== '--ignore-scripts') {
  writeFileSync('node_modules/.bin/node', '#!/bin/sh\\necho ' + node + '\\n');
  chmodSync('node_modules/.bin/node', 0o755);
}
`;
