import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import type { Roots } from '../../src/cli/roots.ts';
import { createPrincipals } from '../../src/intake/principals.ts';
import { cordon, scratch } from './surroundings.ts';

/** A real ledger in a directory of its own, opened anew by each command as in real life. */
function onDisk(): Pick<Roots, 'withLedger'> {
  const url = `sqlite:${join(scratch(), 'ledger.db')}`;
  return {
    withLedger: async (_env, use) => {
      const ledger = await openLedger({ url, mirrorPath: '' });
      try {
        return await use(ledger);
      } finally {
        await ledger.close();
      }
    },
  };
}

function whoIs(roots: Pick<Roots, 'withLedger'>, token: string) {
  return roots.withLedger({}, ({ principals, log }) =>
    createPrincipals({ principals, log, now: Date.now }).authenticate(`Bearer ${token}`),
  );
}

describe('cordon principal', () => {
  it('prints the token of a new person once, alone on standard output', async () => {
    const roots = onDisk();
    const argv = ['principal', 'add', 'alice', '--role', 'operator', 'recovery_admin'];
    const { code, out, err } = await cordon(argv, { roots });
    expect(code).toBe(0);
    const token = out.trim();
    expect(err).not.toContain(token);
    expect(await whoIs(roots, token)).toMatchObject({
      name: 'alice',
      kind: 'person',
      roles: ['operator', 'recovery_admin'],
    });
    const listed = await cordon(['principal', 'list'], { roots });
    expect(listed.out).toMatch(/alice +person +operator recovery_admin/);
    expect(listed.out).not.toContain(token);
  });

  it('binds a reporter to its source, classes and formats, able to report and nothing else', async () => {
    const roots = onDisk();
    const bound = ['--kind', 'reporter', '--source', 'edr', '--class', 'unauthorized_access'];
    const formats = ['--format', 'falco', 'falcosidekick'];
    const argv = ['principal', 'add', 'edr-1', ...bound, ...formats, '--json'];
    const { out } = await cordon(argv, { roots });
    expect(JSON.parse(out)).toMatchObject({
      principal: {
        roles: ['report'],
        source: 'edr',
        classes: ['unauthorized_access'],
        formats: ['falco', 'falcosidekick'],
      },
      token: expect.stringMatching(/^cdn_/),
    });
    expect(out).not.toContain('token_hash');
  });

  it('refuses what is no principal, and a name that is taken', async () => {
    const roots = onDisk();
    await cordon(['principal', 'add', 'alice', '--role', 'operator'], { roots });
    const again = await cordon(['principal', 'add', 'alice', '--role', 'operator'], { roots });
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('[principal_exists]');
    const idle = await cordon(['principal', 'add', 'bob'], { roots });
    expect(idle).toMatchObject({ code: 1, out: '' });
    const service = ['principal', 'add', 'bot', '--kind', 'service', '--role', 'operator'];
    expect(await cordon(service, { roots })).toMatchObject({ code: 1, out: '' });
    expect((await cordon(['principal', 'add', 'x', '--role', 'god'], { roots })).code).toBe(2);
    const unheard = ['principal', 'add', 'x', '--kind', 'reporter', '--format', 'falcon'];
    expect((await cordon(unheard, { roots })).code).toBe(2);
  });

  it('revokes a token at once, and notes who did it in the ledger', async () => {
    const roots = onDisk();
    const { out } = await cordon(['principal', 'add', 'alice', '--role', 'operator'], { roots });
    expect((await cordon(['principal', 'revoke', 'alice'], { roots })).code).toBe(0);
    expect(await whoIs(roots, out.trim())).toBe('invalid');
    const unknown = await cordon(['principal', 'revoke', 'mallory'], { roots });
    expect(unknown.err).toContain('[principal_not_found]');
    expect((await cordon(['principal', 'list'], { roots })).out).toMatch(/alice .*revoked 20/);
  });
});
