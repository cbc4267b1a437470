import { join } from 'node:path';
import type { Logger } from 'pino';
import { openLocalDirectory } from './adapters/store/local-directory.ts';
import type { TriedStore } from './adapters/store/trial.ts';
import type { Config } from './config.ts';
import { Fault } from './domain/fault.ts';

/** What is set in vain where evidence is kept in a directory. */
const S3_ONLY = [
  'EVIDENCE_S3_BUCKET',
  'EVIDENCE_S3_ENDPOINT',
  'EVIDENCE_S3_REGION',
  'EVIDENCE_S3_PREFIX',
  'EVIDENCE_S3_CREDENTIALS_FILE',
] as const;

/** Opens the evidence store that is configured. Throws Fault `bad_config` where settings contradict each other. */
export async function openEvidenceStore(config: Config, log: Logger): Promise<TriedStore> {
  requireConsistent(config);
  const root = join(config.CORDON_HOME, 'evidence');
  const now = Date.now;
  if (config.EVIDENCE_STORE === 'local') {
    return openLocalDirectory({ root, immutable: config.EVIDENCE_IMMUTABLE === 'on', now });
  }
  // The SDK takes a while to load, and most installations never need it.
  const { openObjectLock } = await import('./adapters/store/s3/object-lock.ts');
  return openObjectLock({
    ...bucketOf(config),
    stage: join(root, 'stage'),
    lockDays: config.EVIDENCE_S3_LOCK_DAYS,
    alarm: (finding) =>
      log.error(finding, 'evidence has another version or a delete marker on top'),
    now,
  });
}

/** Where the evidence is, for people. */
export function placeOfEvidence(config: Config): string {
  if (config.EVIDENCE_STORE === 's3') {
    return `bucket ${config.EVIDENCE_S3_BUCKET}, with Object Lock`;
  }
  const flag = config.EVIDENCE_IMMUTABLE === 'on' ? ', with the immutable flag' : '';
  return `${join(config.CORDON_HOME, 'evidence')}${flag}`;
}

/** '' where evidence can be kept, as far as can be seen from here without changing anything; else what is wrong. */
export async function problemOfEvidence(config: Config): Promise<string> {
  requireConsistent(config);
  if (config.EVIDENCE_STORE === 'local') return '';
  const { bucketProblem } = await import('./adapters/store/s3/examine.ts');
  return bucketProblem(bucketOf(config));
}

function bucketOf(config: Config) {
  return {
    bucket: config.EVIDENCE_S3_BUCKET,
    endpoint: config.EVIDENCE_S3_ENDPOINT,
    region: config.EVIDENCE_S3_REGION,
    prefix: config.EVIDENCE_S3_PREFIX,
    credentialsFile: config.EVIDENCE_S3_CREDENTIALS_FILE,
  };
}

function requireConsistent(config: Config): void {
  if (config.EVIDENCE_STORE === 's3') {
    if (config.EVIDENCE_S3_BUCKET === '') {
      throw bad('EVIDENCE_STORE is s3 without EVIDENCE_S3_BUCKET');
    }
    if (config.EVIDENCE_IMMUTABLE === 'on') throw bad('EVIDENCE_IMMUTABLE is for a local store');
    return;
  }
  const inVain = S3_ONLY.find((name) => config[name] !== '');
  if (inVain !== undefined) throw bad(`${inVain} is set, and EVIDENCE_STORE is local`);
}

function bad(message: string): Fault {
  return new Fault('bad_config', message, { retryable: false });
}
