import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { attestationPolicySchema } from '../domain/attestation-policy.ts';
import { Fault } from '../domain/fault.ts';
import type { PcrValues } from '../domain/pcr-policy.ts';

/**
 * Adds a named baseline to the host's group in an `attestation.yaml`, whose comments stay. The file is whole at every
 * moment. Faults: `baseline_exists`, `no_attestation_group`, `invalid_policy`.
 */
export async function writeBaseline(
  file: string,
  host: string,
  name: string,
  values: PcrValues,
): Promise<{ group: string }> {
  const document = parseDocument(await readFile(file, 'utf8'));
  const policy = attestationPolicySchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!policy.success) throw fault('invalid_policy', `${file} is not a valid policy as it is`);
  const groups = Object.entries(policy.data.groups);
  const [group, settings] = groups.find(([, { hosts }]) => hosts.includes(host)) ?? [];
  if (group === undefined) throw fault('no_attestation_group', `${file} has no group for ${host}`);
  if (Object.hasOwn(settings?.baselines ?? {}, name)) {
    throw fault('baseline_exists', `The group ${group} has a baseline ${name} already`);
  }
  document.setIn(['groups', group, 'baselines', name], document.createNode(values));
  await replace(file, document.toString());
  return { group };
}

async function replace(file: string, text: string): Promise<void> {
  const staged = `${file}.${process.pid}`;
  const { mode } = await stat(file);
  await writeFile(staged, text, { mode });
  await rename(staged, file);
}

function fault(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
}
