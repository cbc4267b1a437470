import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ALERT_FORMATS, type AlertFormatName } from '../../src/domain/alert.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import {
  DETECTORS,
  detectorFileName,
  POLICY_FILES,
  POLICY_PARTS,
  type PolicyPart,
} from '../../src/intake/policy-source.ts';

/** What is to differ from the shipped policy: members are merged, lists and values are replaced. */
export type PolicyChanges = Partial<Record<PolicyPart, Record<string, unknown>>> & {
  /** The rules of a format, which stand instead of those that are shipped for it. */
  detectors?: Partial<Record<AlertFormatName, readonly object[]>>;
};

/** Writes the shipped policy with the changes, and gives the path of its containment file. */
export async function writePolicy(directory: string, changes: PolicyChanges): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const part of POLICY_PARTS) {
    const file = POLICY_FILES[part];
    const shipped: unknown = parse(await readFile(join(SHIPPED_POLICY, file), 'utf8'));
    await writeFile(join(directory, file), stringify(merged(shipped, changes[part] ?? {})));
  }
  await writeDetectors(directory, changes.detectors ?? {});
  return join(directory, POLICY_FILES.containment);
}

async function writeDetectors(
  directory: string,
  detectors: NonNullable<PolicyChanges['detectors']>,
): Promise<void> {
  await mkdir(join(directory, DETECTORS), { recursive: true });
  for (const format of ALERT_FORMATS) {
    const rules = detectors[format];
    if (rules === undefined) continue;
    const text = stringify({ version: 1, format, rules });
    await writeFile(join(directory, detectorFileName(format)), text);
  }
}

function merged(base: unknown, change: unknown): unknown {
  if (!isMap(base) || !isMap(change)) return change;
  const changed = Object.entries(change).map(([key, value]) => [key, merged(base[key], value)]);
  return { ...base, ...Object.fromEntries(changed) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
