/**
 * Records what the tests of the TPM verifier are made of: `node test/evidence/tpm/record-vectors.ts [theme …]`. Needs
 * swtpm, swtpm-tools, tpm2-tools and openssl. Every quote is a real one; a run makes all of them anew.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { recordAccepted } from './record-accepted.ts';
import { recordCertificates } from './record-certificates.ts';
import { recordClocks } from './record-clocks.ts';
import { recordEventLogs } from './record-event-logs.ts';
import { recordForged } from './record-forged.ts';
import { recordKeys } from './record-keys.ts';
import { recordNames } from './record-names.ts';
import { recordReplays } from './record-replays.ts';
import { recordSelections } from './record-selections.ts';
import type { Recorder } from './recorder.ts';
import type { Vector } from './vectors.ts';

const RECORDERS: Record<string, () => Promise<object>> = {
  accepted: vectorsOf(recordAccepted),
  clocks: vectorsOf(recordClocks),
  forged: vectorsOf(recordForged),
  selections: vectorsOf(recordSelections),
  keys: vectorsOf(recordKeys),
  replays: vectorsOf(recordReplays),
  'event-logs': vectorsOf(recordEventLogs),
  names: recordNames,
  'ek-certificates': recordCertificates,
};

const provenance = {
  swtpm: firstLine('swtpm', '--version'),
  libtpms: version('libtpms0'),
  tpm2_tools: version('tpm2-tools'),
  tpm2_tss: version('libtss2-esys-3.0.2-0'),
  recorded_at: new Date().toISOString(),
  by: 'test/evidence/tpm/record-vectors.ts',
};

const asked = process.argv.slice(2);
for (const theme of asked.length > 0 ? asked : Object.keys(RECORDERS)) {
  const record = RECORDERS[theme];
  if (record === undefined) throw new RangeError(`nothing is recorded under ${theme}`);
  const file = new URL(`vectors/${theme}.json`, import.meta.url);
  const text = JSON.stringify({ provenance, ...(await record()) }, null, 2);
  writeFileSync(file, await format(text, { parser: 'json', printWidth: 100 }));
  console.log(file.pathname);
}

function vectorsOf(recorder: () => Recorder): () => Promise<object> {
  return async () => {
    const vectors: Vector[] = [];
    for await (const vector of recorder()) vectors.push(vector);
    return { vectors };
  };
}

function firstLine(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? '';
}

function version(debianPackage: string): string {
  return firstLine('dpkg-query', '-W', '-f', '${Version}', debianPackage);
}
