import { sha256Schema } from '../domain/primitives.ts';

/** One file of a bag: its path from the top of the bag, with `/`, and its SHA-256. */
export interface BagFile {
  path: string;
  sha256: string;
}

export const BAG_DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
export const BAG_TAG_FILES = ['bagit.txt', 'bag-info.txt', 'manifest-sha256.txt'] as const;
export const TAG_MANIFEST = 'tagmanifest-sha256.txt';

/** Where the bundle lies in our bags, and where its evidence, each object under its digest. */
export const BAG_BUNDLE = 'data/bundle.json';
export const BAG_EVIDENCE = 'data/evidence/';

/**
 * Names that need no encoding (RFC 8493, 2.1.3), that no shell and no file system reads as anything else, and that
 * lead nowhere outside of the bag.
 */
const PLAIN_PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** A manifest of RFC 8493, as `sha256sum -c` reads it. */
export function manifestText(files: readonly BagFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** Undefined for what is no manifest that we could have written. */
export function parseManifest(text: string): BagFile[] | undefined {
  if (!text.endsWith('\n')) return undefined;
  const files: BagFile[] = [];
  for (const line of text.slice(0, -1).split('\n')) {
    const [, sha256 = '', path = ''] = /^(\S+) {2}(.+)$/.exec(line) ?? [];
    if (!sha256Schema.safeParse(sha256).success || !PLAIN_PATH.test(path)) return undefined;
    files.push({ path, sha256 });
  }
  const paths = new Set(files.map(({ path }) => path));
  return paths.size === files.length ? files : undefined;
}

export interface BagInfo {
  /** `YYYY-MM-DD`. */
  date: string;
  incidentId: string;
  /** Of everything below `data/`. */
  bytes: number;
  files: number;
  /** Digests of evidence that the store should have and has not. */
  missing: readonly string[];
  /** Of evidence that was removed because its time was over. */
  expired: readonly string[];
  redacted: boolean;
}

const MISSING = 'Cordon-Evidence-Missing';
const EXPIRED = 'Cordon-Evidence-Expired';

/** `bag-info.txt`: what is in the bag, and what is not. */
export function bagInfoText(info: BagInfo): string {
  const description = info.redacted
    ? 'Redacted incident bundle of Cordon; its evidence is withheld'
    : 'Incident bundle of Cordon with the evidence that it names';
  const lines = [
    ['Bagging-Date', info.date],
    ['External-Identifier', info.incidentId],
    ['External-Description', description],
    ['Payload-Oxum', `${info.bytes}.${info.files}`],
    ...info.missing.map((sha256) => [MISSING, sha256]),
    ...info.expired.map((sha256) => [EXPIRED, sha256]),
  ];
  return lines.map(([label, value]) => `${label}: ${value}\n`).join('');
}

/** What `bag-info.txt` says that can be checked. */
export function parseBagInfo(text: string): {
  oxum: string;
  missing: string[];
  expired: string[];
} {
  const values = (label: string) =>
    text.split('\n').flatMap((line) => {
      return line.startsWith(`${label}: `) ? [line.slice(label.length + 2)] : [];
    });
  const [oxum = ''] = values('Payload-Oxum');
  return { oxum, missing: values(MISSING), expired: values(EXPIRED) };
}
