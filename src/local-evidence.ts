import { join } from 'node:path';
import { openLocalDirectory } from './adapters/store/local-directory.ts';
import { readConfig, type Env } from './config.ts';
import type { EvidenceStore } from './domain/evidence.ts';

/** The evidence store of this machine's installation. */
export function localEvidence(env: Env): Promise<EvidenceStore> {
  const root = join(readConfig(env).CORDON_HOME, 'evidence');
  return openLocalDirectory({ root, now: Date.now });
}
