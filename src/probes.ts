import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Probe } from './cli/roots.ts';
import { counted } from './cli/text/counted.ts';
import { readConfig, type Env } from './config.ts';
import { cachedTemporal } from './engine/cache.ts';
import { findExecutable, isExecutable } from './engine/executable.ts';
import { placeOfEvidence, problemOfEvidence } from './evidence-store.ts';
import { openLedgerOf } from './foundation.ts';
import { readInventory } from './local-inventory.ts';
import { createLog } from './log.ts';
import { TPM_REMEDY, TPM_TOOLS } from './range/software-tpm.ts';

/** The version that the sources are written for: it runs them as they are. */
const NODE_MAJOR = 24;

/** What this machine has and lacks for a start, without starting anything. */
export async function probes(env: Env): Promise<Probe[]> {
  return [
    nodeVersion(),
    await stateDirectory(env),
    await ledgerProbe(env),
    await evidenceProbe(env),
    await temporalBinary(env),
    await policyFile(env),
    await inventoryProbe(env),
    await practiceTpm(env),
  ];
}

function nodeVersion(): Probe {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= NODE_MAJOR
    ? ok('node', process.version)
    : bad('fail', 'node', `${process.version} is too old`, 'start it with ./cordon after `npm ci`');
}

async function stateDirectory(env: Env): Promise<Probe> {
  const home = readConfig(env).CORDON_HOME;
  const mode = await stat(home).then(
    (found) => found.mode & 0o077,
    () => null,
  );
  if (mode === null) return ok('home', `${home} will be made at the first start`);
  if (mode !== 0) {
    return bad('warn', 'home', `${home} can be read by others`, `chmod 700 ${home}`);
  }
  return access(home, constants.W_OK).then(
    () => ok('home', home),
    () => bad('fail', 'home', `${home} cannot be written`, `become its owner: chown ${home}`),
  );
}

async function ledgerProbe(env: Env): Promise<Probe> {
  const config = readConfig(env);
  const embedded = config.DATABASE_URL === `sqlite:${join(config.CORDON_HOME, 'ledger.db')}`;
  const there = await access(config.CORDON_HOME).then(
    () => true,
    () => false,
  );
  if (embedded && !there) return ok('ledger', 'will be made at the first start');
  try {
    const ledger = await openLedgerOf(config, createLog('silent', 'doctor'));
    try {
      await ledger.register.probe();
    } finally {
      await ledger.close();
    }
    return ok('ledger', 'can be written');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return bad('fail', 'ledger', detail, 'check DATABASE_URL and the disk');
  }
}

async function evidenceProbe(env: Env): Promise<Probe> {
  try {
    const config = readConfig(env);
    const problem = await problemOfEvidence(config);
    if (problem === '') return ok('evidence', placeOfEvidence(config));
    return bad('fail', 'evidence', problem, 'check EVIDENCE_S3_* and the bucket: docs/custody.md');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return bad('fail', 'evidence', detail, 'set EVIDENCE_STORE and what belongs to it');
  }
}

async function temporalBinary(env: Env): Promise<Probe> {
  const environment = { ...env };
  if (readConfig(env).TEMPORAL_ADDRESS !== '') return ok('temporal', 'a given server is used');
  const kept = cachedTemporal(environment);
  const found =
    env['TEMPORAL_CLI'] ??
    (await findExecutable('temporal', environment)) ??
    ((await isExecutable(kept)) ? kept : null);
  if (found !== null) return ok('temporal', found);
  const go = await findExecutable('go', environment);
  const next = 'the first start fetches it, or builds it with Go, and keeps it';
  return go === null
    ? bad('warn', 'temporal', 'neither Temporal nor Go is here', next)
    : ok('temporal', `not here yet: ${next}`);
}

async function policyFile(env: Env): Promise<Probe> {
  const path = readConfig(env).CONTAINMENT_POLICY_PATH;
  return access(path, constants.R_OK).then(
    () => ok('policy', path),
    () => bad('fail', 'policy', `${path} cannot be read`, 'set CONTAINMENT_POLICY_PATH'),
  );
}

async function inventoryProbe(env: Env): Promise<Probe> {
  try {
    const { agents } = await readInventory(env, null);
    return ok('inventory', counted(Object.keys(agents).length, 'agent'));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return bad('fail', 'inventory', detail, 'set CORDON_INVENTORY; `cordon inventory check`');
  }
}

/** Without a TPM the practice host proves nothing, and what counts instead is the word of its attestor. */
async function practiceTpm(env: Env): Promise<Probe> {
  const wanted = readConfig(env).CORDON_RANGE_TPM;
  if (wanted === 'off') return ok('tpm', 'the practice host is to have none');
  const found = await Promise.all(TPM_TOOLS.map((tool) => findExecutable(tool, { ...env })));
  const missing = TPM_TOOLS.filter((_, index) => found[index] === null);
  if (missing.length === 0) return ok('tpm', 'the practice host has a software TPM');
  // `up` does not start without what it is told to require.
  const verdict = wanted === 'require' ? 'fail' : 'warn';
  return bad(verdict, 'tpm', `the practice host has none: no ${missing.join(', ')}`, TPM_REMEDY);
}

function ok(name: string, detail: string): Probe {
  return { name, verdict: 'ok', detail, next: '' };
}

function bad(verdict: 'warn' | 'fail', name: string, detail: string, next: string): Probe {
  return { name, verdict, detail, next };
}
