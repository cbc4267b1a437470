import { createHash } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import { Fault } from '../domain/fault.ts';
import {
  BAG_BUNDLE,
  BAG_DECLARATION,
  BAG_EVIDENCE,
  BAG_TAG_FILES,
  bagInfoText,
  type BagFile,
  type BagInfo,
  manifestText,
  TAG_MANIFEST,
} from '../evidence/bag.ts';
import { sha256Hex } from '../evidence/digest.ts';
import { EXIT, Failure } from './exit.ts';

export interface BagSource {
  bundle: Uint8Array;
  evidence: readonly EvidenceRef[];
  /** Digests of those that were removed because their time was over. */
  expired: ReadonlySet<string>;
  /** Asked for evidence alone, object by object. */
  store: Pick<EvidenceStore, 'read'>;
  about: Pick<BagInfo, 'date' | 'incidentId' | 'redacted'>;
}

type Written = BagFile & { size: number };

/**
 * Writes a bag (RFC 8493) into a directory that must not exist yet, and leaves none behind where it fails. Evidence
 * that the store does not have is named in `bag-info.txt`, and returned: what has expired, and what is missing.
 */
export async function writeBag(
  directory: string,
  source: BagSource,
): Promise<Pick<BagInfo, 'missing' | 'expired'>> {
  await makeNew(directory);
  try {
    const lacking: string[] = [];
    const payload = [await write(directory, BAG_BUNDLE, source.bundle)];
    await mkdir(join(directory, BAG_EVIDENCE), { mode: 0o700 });
    for (const ref of source.evidence) {
      const copied = await copy(directory, source.store, ref);
      if (copied === null) lacking.push(ref.sha256);
      else payload.push(copied);
    }
    const expired = lacking.filter((sha256) => source.expired.has(sha256));
    const missing = lacking.filter((sha256) => !source.expired.has(sha256));
    await writeTags(directory, payload, { ...source.about, missing, expired });
    return { missing, expired };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Evidence is never written over, and is nobody else's to read. */
async function makeNew(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((cause: unknown) => {
    throw new Failure(EXIT.usage, 'not_written', `The bag cannot be written to ${directory}`, {
      next: 'name a directory that does not exist yet, where you may write',
      cause,
    });
  });
}

async function write(directory: string, path: string, bytes: Uint8Array): Promise<Written> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  return { path, sha256: sha256Hex(bytes), size: bytes.length };
}

/** Object by object and chunk by chunk: a memory dump is larger than memory. Null where the store has no such object. */
async function copy(
  directory: string,
  store: BagSource['store'],
  ref: EvidenceRef,
): Promise<Written | null> {
  const path = `${BAG_EVIDENCE}${ref.sha256}`;
  const hash = createHash('sha256');
  const file = await open(join(directory, path), 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of store.read(ref)) {
      hash.update(chunk);
      size += chunk.length;
      await file.writeFile(chunk);
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'evidence_missing') throw error;
    await rm(join(directory, path));
    return null;
  } finally {
    await file.close();
  }
  return { path, sha256: hash.digest('hex'), size };
}

async function writeTags(
  directory: string,
  payload: readonly Written[],
  about: Omit<BagInfo, 'bytes' | 'files'>,
): Promise<void> {
  const bytes = payload.reduce((sum, { size }) => sum + size, 0);
  const texts: Record<(typeof BAG_TAG_FILES)[number], string> = {
    'bagit.txt': BAG_DECLARATION,
    'bag-info.txt': bagInfoText({ ...about, bytes, files: payload.length }),
    'manifest-sha256.txt': manifestText(payload),
  };
  const tags: Written[] = [];
  for (const name of BAG_TAG_FILES)
    tags.push(await write(directory, name, Buffer.from(texts[name])));
  await write(directory, TAG_MANIFEST, Buffer.from(manifestText(tags)));
}
