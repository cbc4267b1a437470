import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { isMap, isScalar, parseDocument, type Document } from 'yaml';
import { attestationPolicySchema, type AttestationPolicy } from '../domain/attestation-policy.ts';
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
  const before = policyIn(document);
  if (before === null) throw fault('invalid_policy', `${file} is not a valid policy as it is`);
  const groups = Object.entries(before.groups);
  const [group, settings] = groups.find(([, { hosts }]) => hosts.includes(host)) ?? [];
  if (group === undefined) throw fault('no_attestation_group', `${file} has no group for ${host}`);
  if (Object.hasOwn(settings?.baselines ?? {}, name)) {
    throw fault('baseline_exists', `The group ${group} has a baseline ${name} already`);
  }
  const place = ['groups', keyOf(document, group), 'baselines', name];
  document.setIn(place, document.createNode(values));
  // Whatever is wrong with the name or the values: the policy in the file must stay one that can be put in force.
  if (!Object.hasOwn(policyIn(document)?.groups[group]?.baselines ?? {}, name)) {
    throw fault('invalid_policy', `${file} would not be a valid policy with a baseline ${name}`);
  }
  await replace(file, document.toString());
  return { group };
}

/** Null where it is none; an alias is no part of a policy either. */
function policyIn(document: Document): AttestationPolicy | null {
  if (document.errors.length > 0) return null;
  try {
    return attestationPolicySchema.safeParse(document.toJS({ maxAliasCount: 0 })).data ?? null;
  } catch {
    return null;
  }
}

/** YAML reads an unquoted 2026 as a number, under which alone it is found again. */
function keyOf(document: Document, group: string): unknown {
  const groups = document.get('groups');
  if (!isMap(groups)) return group;
  const keys = groups.items.map(({ key }) => (isScalar(key) ? key.value : key));
  return keys.find((key) => String(key) === group) ?? group;
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
