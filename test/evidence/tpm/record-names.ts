import { attestationKey, base64, boot, restrictedPrimary } from './recording-host.ts';
import { startTpm, type RecordingTpm } from './recording-tpm.ts';

/** A public area with its Names, all in base64 and as the tools wrote them. */
export interface RecordedNames {
  about: string;
  public: string;
  name: string;
  qualified_name: string;
  /** TPM2B_PUBLIC of the parent; null for a primary key. */
  parent_public: string | null;
}

const CHILDREN = [
  ['ecc', 'sha256', 'ecdsa'],
  ['ecc384', 'sha384', 'ecdsa'],
  ['rsa', 'sha256', 'rsassa'],
  ['rsa', 'sha256', 'rsapss'],
  ['ecc', 'sha256', 'ecdaa'],
] as const;

/** Keys of the endorsement hierarchy, and keys below one of them. */
export async function recordNames(): Promise<{ names: RecordedNames[] }> {
  const tpm = await startTpm();
  try {
    await boot(tpm);
    return { names: [...(await primaries(tpm)), ...(await children(tpm))] };
  } finally {
    await tpm.stop();
  }
}

async function primaries(tpm: RecordingTpm): Promise<RecordedNames[]> {
  const key = await restrictedPrimary(tpm, 'e');
  const endorsement = await endorsementKeys(tpm);
  const primary = namesOf('a signing key of the hierarchy itself', key, null);
  return [primary, ...endorsement];
}

async function endorsementKeys(tpm: RecordingTpm): Promise<RecordedNames[]> {
  const names: RecordedNames[] = [];
  for (const algorithm of ['ecc', 'rsa']) {
    await tpm.run('createek', '-G', algorithm, '-c', 'ek.ctx');
    const files = ['-o', 'key.pub', '-n', 'key.name', '-q', 'key.qualified'];
    await tpm.run('readpublic', '-c', 'ek.ctx', ...files);
    await tpm.run('flushcontext', '-t');
    const [publicArea, name] = [tpm.read('key.pub'), tpm.read('key.name')];
    const key = { publicArea, name, qualifiedName: tpm.read('key.qualified') };
    names.push(namesOf(`an endorsement key: ${algorithm}`, key, null));
  }
  return names;
}

async function children(tpm: RecordingTpm): Promise<RecordedNames[]> {
  const names: RecordedNames[] = [];
  for (const [algorithm, hash, scheme] of CHILDREN) {
    const key = await attestationKey(tpm, { algorithm, hash, scheme });
    await tpm.run('readpublic', '-c', 'ek.ctx', '-o', 'ek.pub');
    await tpm.run('flushcontext', '-t');
    names.push(namesOf(`a child: ${algorithm} ${scheme}`, key, tpm.read('ek.pub')));
  }
  return names;
}

function namesOf(
  about: string,
  key: { publicArea: Buffer; name: Buffer; qualifiedName: Buffer },
  parent: Buffer | null,
): RecordedNames {
  return {
    about,
    public: base64(key.publicArea),
    name: base64(key.name),
    qualified_name: base64(key.qualifiedName),
    parent_public: parent === null ? null : base64(parent),
  };
}
