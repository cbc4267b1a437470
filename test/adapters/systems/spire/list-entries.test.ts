import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  listEntries,
  withSpireServer,
} from '../../../../src/adapters/systems/spire/spire-server.ts';
import { FIRST_ENTRIES } from '../../../../src/range/spire/first-entries.ts';
import { startPractice, type Practice } from '../../../range/practice.ts';
import { entryFor } from './revoking.ts';

const SPIRE = { unix: 'run/spire.sock' };

let practice: Practice;
beforeEach(async () => {
  practice = await startPractice();
});
afterEach(() => practice.stop());

const list = (place: Parameters<typeof listEntries>[0] = SPIRE) =>
  listEntries(place, practice.home, AbortSignal.timeout(10_000));

it('all that is registered comes in the form that people write, in order', async () => {
  const listed = await list();
  if ('reason' in listed) throw new Error(listed.detail);
  expect(listed.entries.map(({ spiffe_id }) => spiffe_id)).toEqual(
    ['agent-1', 'agent-2', 'agent-3', 'agent-4', 'agent-7'].map(
      (name) => `spiffe://practice.cordon/agent/${name}`,
    ),
  );
  expect(listed.entries[0]).toEqual({
    spiffe_id: 'spiffe://practice.cordon/agent/agent-1',
    parent_id: 'spiffe://practice.cordon/spire/agent/join_token/practice-host',
    selectors: ['docker:label:agent:agent-1'],
    dns_names: [],
    federates_with: [],
    admin: false,
    downstream: false,
    store_svid: false,
    x509_svid_ttl: 0,
    jwt_svid_ttl: 0,
    expires_at: 0,
    hint: '',
  });
});

it('more than one answer holds comes in several', async () => {
  const many = Array.from({ length: 1_100 }, (_, uid) => entryFor(uid));
  const signal = AbortSignal.timeout(20_000);
  await withSpireServer(SPIRE, practice.home, signal, (server) => server.create(many));
  const listed = await list();
  if ('reason' in listed) throw new Error(listed.detail);
  expect(listed.entries).toHaveLength(FIRST_ENTRIES.length + many.length);
  expect(new Set(listed.entries.map(({ selectors }) => selectors.join())).size).toBe(1_105);
});

it('a server that is not there is a problem, not an empty list', async () => {
  expect(await list({ unix: 'run/nobody.sock' })).toMatchObject({ reason: 'unreachable' });
  const withToken = { ...SPIRE, token_file: 'tokens/none' };
  expect(await list(withToken)).toMatchObject({ reason: 'refused', retryable: false });
});
