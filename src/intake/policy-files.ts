import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ALERT_FORMATS, type AlertFormatName } from '../domain/alert.ts';
import type { Policy } from '../domain/policy.ts';
import { readDetectorFiles } from './detector-files.ts';
import { readDocument, type PolicyDocument } from './policy-document.ts';
import { playbookName, readPlaybookFiles } from './playbook-files.ts';
import { PolicyError } from './policy-error.ts';
import { parsePolicy } from './policy-parse.ts';
import {
  DETECTORS,
  PLAYBOOKS,
  POLICY_FILES,
  POLICY_PARTS,
  policySourceSchema,
  type PolicyFile,
  type PolicyPart,
  type PolicySource,
} from './policy-source.ts';
import { readIfThere, readOne, refused } from './policy-text.ts';

/** One file of a policy, as messages and commands speak of it. */
type SourcePart =
  PolicyPart | `${typeof DETECTORS}/${AlertFormatName}` | `${typeof PLAYBOOKS}/${string}`;

/** The policy that comes with Cordon. */
export const SHIPPED_POLICY = fileURLToPath(new URL('../../policy/', import.meta.url));

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
  return readAround('containment', place.containmentPath, place.defaultsDir ?? SHIPPED_POLICY);
}

/** Validates one file together with its siblings, as if it were put in force. Throws `PolicyError`. */
export async function checkPolicyFile(
  path: string,
  defaultsDir = SHIPPED_POLICY,
): Promise<{ part: SourcePart; policy: Policy }> {
  const { part, source } = await readPolicyOf(path, defaultsDir);
  return { part, policy: parsePolicy(source) };
}

/** One file with its siblings, not yet validated; `format` where it is about the alerts of one. */
export async function readPolicyOf(
  path: string,
  defaultsDir = SHIPPED_POLICY,
): Promise<{ part: SourcePart; source: PolicySource; format: AlertFormatName | null }> {
  const part = recognise(path, await readOne(path, false));
  const source = await readAround(part, path, defaultsDir);
  return { part, source, format: formatOf(part) ?? null };
}

async function readAround(
  given: SourcePart,
  path: string,
  defaultsDir: string,
): Promise<PolicySource> {
  const directory = directoryOf(given, path);
  const files = await Promise.all(
    POLICY_PARTS.map(async (part): Promise<[PolicyPart, PolicyFile]> => {
      if (part === given) return [part, await readOne(path, false)];
      const sibling = await readIfThere(join(directory, POLICY_FILES[part]));
      return [part, sibling ?? (await readOne(join(defaultsDir, POLICY_FILES[part]), true))];
    }),
  );
  const detectors = await readDetectorFiles(directory, defaultsDir);
  const format = formatOf(given);
  if (format !== undefined) detectors[format] = await readOne(path, false);
  const playbooks = await readPlaybookFiles(directory, defaultsDir);
  const playbook = playbookOf(given);
  if (playbook !== undefined) playbooks[playbook] = await readOne(path, false);
  return policySourceSchema.parse({ ...Object.fromEntries(files), detectors, playbooks });
}

/** A draft of a detector's rules, or of a playbook, may lie beside the other files too. */
function directoryOf(given: SourcePart, path: string): string {
  const beside = dirname(path);
  const below = formatOf(given) === undefined ? PLAYBOOKS : DETECTORS;
  const isBelow = given.includes('/') && basename(beside) === below;
  return isBelow ? dirname(beside) : beside;
}

function formatOf(part: SourcePart): AlertFormatName | undefined {
  return ALERT_FORMATS.find((format) => part === `${DETECTORS}/${format}`);
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
  baseline: 'checks',
  triage: 'trees',
};

function recognise(path: string, { text }: PolicyFile): SourcePart {
  const document = readDocument(text);
  const part =
    POLICY_PARTS.find((candidate) => POLICY_FILES[candidate] === basename(path)) ??
    recognisePlaybook(path, document) ??
    recogniseDetector(path, document) ??
    POLICY_PARTS.find((candidate) => document.locate([TELLING[candidate]]).found);
  if (part) return part;
  const members = Object.values(TELLING).join(', ');
  throw refused(path, `is no policy file: it has none of ${members}`);
}

/** By its name where that is a format's, else by the format that it says it is about. */
function recogniseDetector(path: string, document: PolicyDocument): SourcePart | undefined {
  const isBelow = basename(dirname(path)) === DETECTORS;
  const named = ALERT_FORMATS.find((format) => basename(path) === `${format}.yaml`);
  if (isBelow && named !== undefined) return `${DETECTORS}/${named}`;
  if (!['format', 'rules'].every((member) => document.locate([member]).found)) return undefined;
  const said = isObject(document.value) ? document.value['format'] : undefined;
  const format = ALERT_FORMATS.find((candidate) => candidate === said);
  if (format !== undefined) return `${DETECTORS}/${format}`;
  const { line } = document.locate(['format']);
  const misnamed = { line, reason: `format: is none of ${ALERT_FORMATS.join(', ')}` };
  const problems = document.problems.length > 0 ? document.problems : [misnamed];
  throw new PolicyError(problems.map((problem) => ({ file: path, ...problem })));
}

/** By the directory that it is in, else by the name that it says it has. */
function recognisePlaybook(
  path: string,
  document: PolicyDocument,
): `${typeof PLAYBOOKS}/${string}` | undefined {
  if (basename(dirname(path)) === PLAYBOOKS) return `${PLAYBOOKS}/${playbookName(basename(path))}`;
  const said = isObject(document.value) ? document.value['playbook'] : undefined;
  return typeof said === 'string' ? `${PLAYBOOKS}/${said}` : undefined;
}

function playbookOf(part: SourcePart): string | undefined {
  const below = `${PLAYBOOKS}/`;
  return part.startsWith(below) ? part.slice(below.length) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
