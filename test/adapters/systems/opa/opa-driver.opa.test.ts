import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { openLedger } from '../../../../src/adapters/ledger/ledger.ts';
import { lookOnce } from '../../../../src/intake/hold-guard.ts';
import { quiet } from '../../../intake/scratch.ts';
import { admission, incidentId, recorded } from '../../../support/admissions.ts';
import { FREEZE, HAPPENS } from '../../../support/incidents.ts';
import { ownPorts } from '../../../support/own-ports.ts';
import { startSender } from '../../../support/senders/sender.ts';
import { denial, deniesIdentities, denying, PLANNER, type Authorizer } from './denies.ts';

const POLICY = `
package agents

default allow := false

allow if {
	input.identity
	not denied
}

denied if data.cordon.deny[input.identity][_]
`;

async function startOpa(): Promise<Authorizer> {
  const home = await mkdtemp(join(tmpdir(), 'cordon-opa-'));
  const policy = join(home, 'agents.rego');
  await writeFile(policy, POLICY);
  const [port] = await ownPorts(1);
  const url = `http://127.0.0.1:${port}`;
  const args = ['run', '--server', '--addr', `127.0.0.1:${port}`, '--skip-version-check', policy];
  const isReady = async () => (await fetch(`${url}/health`)).ok;
  const start = () => startSender(home, inject('opa'), args, isReady);
  let opa = await start();
  return {
    home,
    system: { kind: 'opa', url, deny: 'cordon/deny', ask: 'agents/allow' },
    allows: async (identity) => {
      const body = JSON.stringify({ input: { identity } });
      const response = await fetch(`${url}/v1/data/agents/allow`, { method: 'POST', body });
      const said: unknown = await response.json();
      return typeof said === 'object' && said !== null && 'result' in said && said.result === true;
    },
    restart: async () => {
      await opa.stop();
      opa = await start();
    },
    stop: async () => {
      await opa.stop();
      await rm(home, { recursive: true });
    },
  };
}

describe('an Open Policy Agent', () => {
  deniesIdentities(startOpa);
});

const DENIAL = {
  ...FREEZE,
  action: 'deny_identity',
  target: 'authorizer',
  resource: 'deny_identity@authorizer#planner',
  freeze: false,
};

it('what it forgot when it was started again is noticed, and denied once more', async () => {
  const authorizer = await startOpa();
  const driver = denying(authorizer);
  const url = `sqlite:${join(authorizer.home, 'ledger.db')}`;
  const ledger = await openLedger({ url, mirrorPath: '' });
  const subject = { identity: PLANNER };
  await ledger.log.admit(admission(1, { holds: [DENIAL], subject }));
  const happened = [HAPPENS.inForce(DENIAL), HAPPENS.contained];
  const events = happened.map((event, i) => recorded(`${i}`, event));
  await ledger.log.append(incidentId(1), events);
  const lost: string[] = [];
  const look = () =>
    lookOnce({
      ledger,
      targets: driver,
      // Its workflow takes the step again.
      tellLost: async (id, { action }) => {
        lost.push(`${id} ${action}`);
        await driver.apply(denial(PLANNER));
      },
      owner: 'this-server',
      now: Date.now,
      log: quiet,
    });

  await driver.apply(denial(PLANNER));
  await look();
  expect(lost).toEqual([]);
  await authorizer.restart();
  expect(await authorizer.allows(PLANNER)).toBe(true);
  await look();
  expect(lost).toEqual([`${incidentId(1)} deny_identity`]);
  expect(await authorizer.allows(PLANNER)).toBe(false);

  await Promise.all([driver.close(), ledger.close()]);
  await authorizer.stop();
});
