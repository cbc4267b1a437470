import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sha256Schema } from '../domain/primitives.ts';
import type { Artifact } from '../domain/events.ts';
import { digestOfChunks } from '../evidence/digest.ts';
import type { Cli } from './cli.ts';
import { decrypted, identitiesIn } from './decrypted.ts';
import { EXIT, Failure } from './exit.ts';
import { readInput } from './input.ts';
import { writeOut } from './write-out.ts';

export interface DecryptOptions {
  incident: string;
  identity: string;
  reason: string;
  output?: string;
}

/**
 * Decrypts an object of evidence, from a file that was fetched before or from the server, back to what was captured.
 * It is on record before a key is used; the key stays here.
 */
export async function decryptEvidence(
  cli: Cli,
  what: string,
  { incident, identity, reason, output }: DecryptOptions,
): Promise<void> {
  const identities = identitiesIn(new TextDecoder().decode(await readInput(cli.io, identity)));
  const { sha256, file } = await named(what);
  const artifact = await encryptedArtifact(cli, incident, sha256);
  const { evidence } = cli.api();
  await evidence.decrypting(incident, sha256, reason);
  const kept = file ? createReadStream(what) : await evidence.read(incident, sha256, reason);
  const plain = await decrypted(kept, identities, artifact.compression);
  await writeOut(cli, plain, { output, expected: artifact.plain });
}

/** A file by the digest of its bytes, else the digest itself. */
async function named(what: string): Promise<{ sha256: string; file: boolean }> {
  const isFile = await stat(what).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) {
    const { sha256 } = await digestOfChunks(createReadStream(what));
    return { sha256, file: true };
  }
  if (sha256Schema.safeParse(what).success) return { sha256: what, file: false };
  throw new Failure(EXIT.usage, 'which_evidence', `${what} is neither a file nor a digest`, {
    next: 'fetch it with `cordon evidence get`, or name its SHA-256',
  });
}

async function encryptedArtifact(
  cli: Cli,
  incident: string,
  sha256: string,
): Promise<NonNullable<Artifact['from_host']>> {
  const { artifacts } = await cli.api().incident(incident);
  const artifact = artifacts.find((one) => one.sha256 === sha256);
  const how = artifact?.from_host;
  if (how && how.encryption !== null) return how;
  const message = artifact
    ? `${sha256} of ${incident} is not encrypted`
    : `${incident} has captured no ${sha256}`;
  throw new Failure(EXIT.usage, 'not_encrypted', message, {
    next: 'fetch what is not encrypted with `cordon evidence get`',
  });
}
