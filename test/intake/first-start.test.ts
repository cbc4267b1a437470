import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import { ROLES } from '../../src/domain/principal.ts';
import { firstStart, type FirstStartRequest } from '../../src/intake/first-start.ts';
import { createPrincipals } from '../../src/intake/principals.ts';
import { clock, quiet, scratch } from './scratch.ts';

const REPORTERS: FirstStartRequest['reporters'] = {
  agent: { classes: ['prompt_injection'], formats: [] },
  registry: { classes: ['manifest_mismatch'], formats: ['kyverno'] },
};
const NAMES = ['admin', 'service', 'agent', 'registry'];

const open: Ledger[] = [];
afterEach(() => Promise.all(open.splice(0).map((ledger) => ledger.close())));

/** One installation; `database` apart, so that either can be lost without the other. */
async function installation() {
  const home = join(await scratch(), 'home');
  const serviceTokenPath = join(home, 'run', 'service-token');
  const database = await scratch();
  const start = async (name = 'ledger.db') => {
    const ledger = await openLedger({ url: `sqlite:${join(database, name)}`, mirrorPath: '' });
    open.push(ledger);
    const principals = createPrincipals({
      principals: ledger.principals,
      log: ledger.log,
      now: clock,
    });
    const warnings: unknown[] = [];
    const log = { ...quiet, warn: (about: unknown) => void warnings.push(about) };
    const request = { home, principals, reporters: REPORTERS, serviceTokenPath, log };
    return { principals, warnings, ledger, run: () => firstStart(request) };
  };
  const pathOf = (name: string) =>
    name === 'service' ? serviceTokenPath : join(home, 'tokens', name);
  const tokenOf = async (name: string) => (await readFile(pathOf(name), 'utf8')).trim();
  return { home, start, pathOf, tokenOf };
}

describe('the first start', () => {
  it('makes a person, a service and a reporter for each source, each with a token of its own', async () => {
    const { start, tokenOf } = await installation();
    const { run, principals } = await start();
    const results = await run();
    expect(results.map(({ name, outcome }) => [name, outcome])).toEqual(
      NAMES.map((name) => [name, 'created']),
    );
    const tokens = await Promise.all(NAMES.map(tokenOf));
    expect(new Set(tokens).size).toBe(4);
    const callers = await Promise.all(tokens.map((t) => principals.authenticate(`Bearer ${t}`)));
    expect(callers).toMatchObject([
      { name: 'admin', kind: 'person', roles: ROLES.filter((role) => role !== 'backup_contact') },
      { name: 'service', kind: 'service', roles: ['read', 'report'] },
      { name: 'agent', kind: 'reporter', source: 'agent', classes: ['prompt_injection'] },
      {
        name: 'registry',
        kind: 'reporter',
        source: 'registry',
        classes: ['manifest_mismatch'],
        formats: ['kyverno'],
      },
    ]);
  });

  it('lets only the owner read them, and leaves nothing else behind', async () => {
    const { start, home, pathOf } = await installation();
    await (await start()).run();
    for (const name of NAMES) expect((await stat(pathOf(name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'tokens'))).mode & 0o777).toBe(0o700);
    expect((await readdir(join(home, 'tokens'))).toSorted()).toEqual([
      'admin',
      'agent',
      'registry',
    ]);
  });

  it('takes the service token that is there already', async () => {
    const { start, pathOf } = await installation();
    await mkdir(dirname(pathOf('service')), { recursive: true });
    await writeFile(pathOf('service'), 'an-old-service-token-0123456789\n');
    const { run, principals } = await start();
    expect((await run()).find(({ name }) => name === 'service')?.outcome).toBe('registered');
    const caller = await principals.authenticate('Bearer an-old-service-token-0123456789');
    expect(caller).toMatchObject({ name: 'service' });
  });

  it.each(['', 'short'])('refuses %j for a service token', async (token) => {
    const { start, pathOf } = await installation();
    await mkdir(dirname(pathOf('service')), { recursive: true });
    await writeFile(pathOf('service'), token);
    await expect((await start()).run()).rejects.toMatchObject({ code: 'weak_token' });
  });

  it('refuses one token for two', async () => {
    const { start, pathOf, tokenOf } = await installation();
    await (await start()).run();
    await writeFile(pathOf('agent'), await tokenOf('admin'));
    await expect((await start('new.db')).run()).rejects.toMatchObject({
      code: 'token_not_distinct',
    });
  });
});

describe('every later start', () => {
  it('changes nothing', async () => {
    const { start, tokenOf } = await installation();
    await (await start()).run();
    const before = await Promise.all(NAMES.map(tokenOf));
    const { run, ledger, warnings } = await start();
    const head = await ledger.register.head();
    expect((await run()).every(({ outcome }) => outcome === 'present')).toBe(true);
    expect(await Promise.all(NAMES.map(tokenOf))).toEqual(before);
    expect(await ledger.register.head()).toEqual(head);
    expect(warnings).toEqual([]);
  });

  it('registers the tokens of the files with a new database', async () => {
    const { start, tokenOf } = await installation();
    await (await start()).run();
    const token = await tokenOf('admin');
    const { run, principals } = await start('new.db');
    expect((await run()).every(({ outcome }) => outcome === 'registered')).toBe(true);
    expect(await principals.authenticate(`Bearer ${token}`)).toMatchObject({ name: 'admin' });
  });

  it('leaves a principal alone whose file is gone or differs, and says so', async () => {
    const { start, pathOf } = await installation();
    await (await start()).run();
    await rm(pathOf('admin'));
    await writeFile(pathOf('agent'), 'cdn_somebody-wrote-this-by-hand');
    const { run, warnings } = await start();
    const outcomes = (await run()).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['token_missing', 'present', 'token_differs', 'present']);
    expect(warnings).toHaveLength(2);
    await expect(stat(pathOf('admin'))).rejects.toThrow(/ENOENT/);
  });

  it('may run twice at once', async () => {
    const { start, tokenOf } = await installation();
    const [one, two] = [await start(), await start()];
    await Promise.all([one.run(), two.run()]);
    const tokens = await Promise.all(NAMES.map(tokenOf));
    for (const [index, token] of tokens.entries()) {
      expect(await one.principals.authenticate(`Bearer ${token}`)).toMatchObject({
        name: NAMES[index],
      });
    }
  });
});
