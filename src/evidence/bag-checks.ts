import {
  BAG_BUNDLE,
  BAG_DECLARATION,
  BAG_EVIDENCE,
  BAG_TAG_FILES,
  type BagFile,
  parseBagInfo,
  parseManifest,
  TAG_MANIFEST,
} from './bag.ts';
import type { BundleTrust, Refusal } from './bundle-checks.ts';
import { type Accepted, readVerified } from './bundle.ts';
import type { AnyBundle } from './bundle-seal.ts';
import { expiredIn } from './expired-in.ts';
import { evidenceNamedIn, timesNamedIn } from './named-evidence.ts';
import { loadPublicKey } from './signing-key.ts';
import type { VerifyTimestamp } from './timestamp.ts';
import { verifyTombstone } from './tombstone.ts';
import { checkTime } from './verify-timestamps.ts';

/** A bag as it lies there: every file in it, measured, and the few that are read. */
export interface BagContent {
  files: readonly (BagFile & { size: number })[];
  /** Undefined where there is no such file. */
  text(path: string): string | undefined;
  /** A file of evidence, whole; undefined where it is not there, or too large for a manifest. */
  bytes(path: string): Promise<Uint8Array | undefined>;
  bundle: Uint8Array;
}

export type BagRefusal =
  | 'bad_declaration'
  | 'bad_manifest'
  | 'file_missing'
  | 'file_unlisted'
  | 'file_changed'
  | 'bad_oxum'
  | 'evidence_missing'
  | 'evidence_foreign'
  | 'not_expired'
  | 'bad_timestamp';

export type BagVerdict =
  | {
      valid: true;
      files: number;
      missing: string[];
      expired: string[];
      timestamps: BagTimes;
      bundle: Accepted;
    }
  | Refused
  /** Of the bundle in it. */
  | Refusal;

/** Of the manifests in a bag, by what their time is known. */
export interface BagTimes {
  verified: number;
  /** Stamped, and not checked: no authority is trusted, or the token is not in the bag. */
  unchecked: number;
  local_only: number;
}

interface Refused {
  valid: false;
  reason: BagRefusal;
  detail: string;
}

/**
 * Checks a bag of ours: the bag by RFC 8493, the bundle in it by its signature, and the evidence by the digests that
 * the bundle names. A bag alone is signed by nobody: all that vouches for it is the bundle.
 */
export async function checkBag(bag: BagContent, trust: BundleTrust = {}): Promise<BagVerdict> {
  const refused = checkDeclaration(bag) ?? checkManifests(bag) ?? checkOxum(bag);
  if (refused) return refused;
  const { verdict, bundle } = await readVerified(bag.bundle, trust);
  if (bundle === null) return verdict;
  const { missing, expired } = parseBagInfo(bag.text('bag-info.txt') ?? '');
  const wrong =
    checkEvidence(bag, bundle, [...missing, ...expired]) ?? checkExpired(bag, bundle, expired);
  if (wrong) return wrong;
  const timestamps = await checkTimes(bag, bundle, trust.verifyTimestamp);
  if ('valid' in timestamps) return timestamps;
  const files = bag.files.length;
  return { valid: true, files, missing, expired, timestamps, bundle: verdict };
}

function checkDeclaration(bag: BagContent): Refused | null {
  if (bag.text('bagit.txt') === BAG_DECLARATION) return null;
  return refuse('bad_declaration', 'bagit.txt is not that of a bag of version 1.0 in UTF-8');
}

function checkManifests(bag: BagContent): Refused | null {
  const isPayload = ({ path }: BagFile) => path.startsWith('data/');
  const tags = bag.files.filter((file) => !isPayload(file) && file.path !== TAG_MANIFEST);
  return (
    checkManifest(bag, 'manifest-sha256.txt', bag.files.filter(isPayload), [BAG_BUNDLE]) ??
    checkManifest(bag, TAG_MANIFEST, tags, BAG_TAG_FILES)
  );
}

/** Every file is listed as it is, every listed file is there, and those that there must be are among them. */
function checkManifest(
  bag: BagContent,
  manifest: string,
  files: readonly BagFile[],
  needed: readonly string[],
): Refused | null {
  const listed = parseManifest(bag.text(manifest) ?? '');
  if (listed === undefined) return refuse('bad_manifest', `${manifest} cannot be read`);
  const due = new Map(listed.map(({ path, sha256 }) => [path, sha256]));
  const there = new Set(files.map(({ path }) => path));
  const missing = [...due.keys(), ...needed].find((path) => !there.has(path));
  if (missing !== undefined) return refuse('file_missing', `${missing} is not there`);
  const unlisted = files.find(({ path }) => !due.has(path));
  if (unlisted) return refuse('file_unlisted', `${unlisted.path} is not in ${manifest}`);
  const changed = files.find(({ path, sha256 }) => due.get(path) !== sha256);
  return changed ? refuse('file_changed', `${changed.path} is not what ${manifest} says`) : null;
}

function checkOxum(bag: BagContent): Refused | null {
  const payload = bag.files.filter(({ path }) => path.startsWith('data/'));
  const bytes = payload.reduce((sum, { size }) => sum + size, 0);
  const { oxum } = parseBagInfo(bag.text('bag-info.txt') ?? '');
  if (oxum === `${bytes}.${payload.length}`) return null;
  return refuse('bad_oxum', 'Payload-Oxum in bag-info.txt does not count what is there');
}

/** The evidence is what the bundle names, no more and, but for what the bag says is missing, no less. */
function checkEvidence(bag: BagContent, bundle: AnyBundle, lacking: string[]): Refused | null {
  const named = new Set(evidenceNamedIn(bundle).map(({ sha256 }) => sha256));
  const payload = bag.files.filter(({ path }) => path.startsWith('data/') && path !== BAG_BUNDLE);
  const foreign = payload.find(({ path, sha256 }) => {
    return path !== `${BAG_EVIDENCE}${sha256}` || !named.has(sha256);
  });
  if (foreign) return refuse('evidence_foreign', `the bundle does not name ${foreign.path}`);
  const there = new Set([...payload.map(({ sha256 }) => sha256), ...lacking]);
  const untold = [...named].find((sha256) => !there.has(sha256));
  return untold === undefined
    ? null
    : refuse('evidence_missing', `the bundle names ${untold}, which is not there`);
}

/** What is said to have expired must have: by the entries of the bundle, and by a tombstone of its key in the bag. */
function checkExpired(bag: BagContent, bundle: AnyBundle, expired: string[]): Refused | null {
  const tombstones = expiredIn(bundle);
  const key = loadPublicKey(bundle.public_key);
  for (const sha256 of expired) {
    const ref = tombstones.get(sha256);
    const text = ref && bag.text(`${BAG_EVIDENCE}${ref.sha256}`);
    if (!text) return refuse('not_expired', `there is no tombstone of ${sha256}`);
    const verdict = verifyTombstone(Buffer.from(text), sha256, key);
    if (!verdict.valid) {
      return refuse('not_expired', `the tombstone of ${sha256} is refused: ${verdict.detail}`);
    }
  }
  return null;
}

/** Every token that is here, over the manifest that it is of. */
async function checkTimes(
  bag: BagContent,
  bundle: AnyBundle,
  verify: VerifyTimestamp | undefined,
): Promise<BagTimes | Refused> {
  const counts: BagTimes = { verified: 0, unchecked: 0, local_only: 0 };
  const { manifests, times } = timesNamedIn(bundle);
  for (const time of times) {
    const token = await bag.bytes(`${BAG_EVIDENCE}${time.token.sha256}`);
    const manifest = await bag.bytes(`${BAG_EVIDENCE}${time.manifest}`);
    const found = verify && token && manifest && checkTime(time, { token, manifest }, verify);
    if (found)
      return refuse('bad_timestamp', `${time.token.sha256}: ${found.reason}: ${found.detail}`);
    counts[found === null ? 'verified' : 'unchecked'] += 1;
  }
  return { ...counts, local_only: Math.max(0, manifests - times.length) };
}

function refuse(reason: BagRefusal, detail: string): Refused {
  return { valid: false, reason, detail };
}
