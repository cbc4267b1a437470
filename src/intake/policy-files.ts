import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../domain/policy.ts';
import { readDocument } from './policy-document.ts';
import { PolicyError } from './policy-error.ts';
import { parsePolicy } from './policy-parse.ts';
import {
  POLICY_FILES,
  POLICY_PARTS,
  policySourceSchema,
  type PolicyFile,
  type PolicyPart,
  type PolicySource,
} from './policy-source.ts';

/** The policy that comes with Cordon. */
export const SHIPPED_POLICY = fileURLToPath(new URL('../../policy/', import.meta.url));

/** Hundreds of times what any policy needs, and small enough to be parsed while reports come in. */
const MAX_FILE_BYTES = 256 * 1024;

export interface PolicyPlace {
  /** The containment file; its siblings are read from the same directory. */
  containmentPath: string;
  /** Where a sibling is read from that is not there. */
  defaultsDir?: string;
}

/** Reads and validates the whole policy. Throws `PolicyError`. */
export async function loadPolicy(place: PolicyPlace): Promise<Policy> {
  return parsePolicy(await readPolicy(place));
}

/** The policy's files as they are, not yet validated. Throws `PolicyError` where one cannot be read. */
export function readPolicy(place: PolicyPlace): Promise<PolicySource> {
  return readSiblings('containment', place.containmentPath, place.defaultsDir ?? SHIPPED_POLICY);
}

/** Validates one file together with its siblings, as if it were put in force. Throws `PolicyError`. */
export async function checkPolicyFile(
  path: string,
  defaultsDir = SHIPPED_POLICY,
): Promise<{ part: PolicyPart; policy: Policy }> {
  const part = recognise(path, await readOne(path, false));
  return { part, policy: parsePolicy(await readSiblings(part, path, defaultsDir)) };
}

async function readSiblings(
  given: PolicyPart,
  path: string,
  defaultsDir: string,
): Promise<PolicySource> {
  const files = await Promise.all(
    POLICY_PARTS.map(async (part): Promise<[PolicyPart, PolicyFile]> => {
      if (part === given) return [part, await readOne(path, false)];
      const sibling = await readIfThere(join(dirname(path), POLICY_FILES[part]));
      return [part, sibling ?? (await readOne(join(defaultsDir, POLICY_FILES[part]), true))];
    }),
  );
  return policySourceSchema.parse(Object.fromEntries(files));
}

async function readOne(path: string, shipped: boolean): Promise<PolicyFile> {
  const file = await readIfThere(path);
  if (file === undefined) throw refused(path, 'there is no such file');
  return { ...file, shipped };
}

async function readIfThere(path: string): Promise<PolicyFile | undefined> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw refused(path, 'is not a file');
    if (info.size > MAX_FILE_BYTES) throw refused(path, `is larger than ${MAX_FILE_BYTES} bytes`);
    // The byte order mark stays, so that the text encodes to the very bytes that were read.
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { path, shipped: false, text: utf8.decode(await readFile(path)) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    if (cause instanceof PolicyError) throw cause;
    throw refused(
      path,
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8' : `cannot be read (${code})`,
    );
  }
}

/** A member that each file has and no other. */
const TELLING: Record<PolicyPart, string> = {
  containment: 'rules',
  escalation: 'windows',
  recovery: 'service_levels',
  targets: 'targets',
  reporters: 'reporters',
  notifications: 'webhooks',
  attestation: 'groups',
};

function recognise(path: string, { text }: PolicyFile): PolicyPart {
  const document = readDocument(text);
  const part =
    POLICY_PARTS.find((candidate) => POLICY_FILES[candidate] === basename(path)) ??
    POLICY_PARTS.find((candidate) => document.locate([TELLING[candidate]]).found);
  if (part) return part;
  const members = Object.values(TELLING).join(', ');
  throw refused(path, `is no policy file: it has none of ${members}`);
}

function refused(file: string, reason: string): PolicyError {
  return new PolicyError([{ file, line: 0, reason }]);
}
