import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { below } from '../targets/endpoint.ts';
import { fail, pass, unknown, type Checker } from './checker.ts';
import { readIfThere, readSmallFile } from './read-file.ts';
import { readYaml } from './read-yaml.ts';
import { flawIn, publicKeyOf, type SignedImage } from './simple-signing.ts';

/** Enough to know what to look at. */
const MOST_NAMED = 5;

/** The images that may run, by repository. */
const approvedSchema = z.strictObject({
  images: z.record(
    z.string().min(1),
    z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not sha256: and 64 hex digits')),
  ),
});

/** Every approved image is signed by the pinned key, and every image that runs is approved. */
export const checkImageSignature: Checker<'image_signature'> = async (check, surroundings) => {
  const at = (path: string) => below(surroundings.home, path);
  const key = publicKeyOf(await readSmallFile(at(check.key_file)), check.key_file);
  const { images } = await readYaml(at(check.approved_file), approvedSchema);
  const approved = Object.entries(images).flatMap(([repository, digests]) =>
    digests.map((digest): SignedImage => ({ repository, digest })),
  );
  if (approved.length === 0) return unknown(`${check.approved_file} approves no image`);
  if (!(await isDirectory(at(check.signatures)))) {
    return unknown(`there is no directory ${check.signatures}`);
  }
  const flaws = strangers(approved, await surroundings.known?.images());
  for (const image of approved) {
    const file = join(at(check.signatures), image.digest.replace(':', '-'));
    const payload = await readIfThere(`${file}.payload`);
    const signature = await readIfThere(`${file}.sig`);
    const flaw =
      payload && signature
        ? flawIn(image, payload, signature.toString('ascii'), key)
        : 'bears no signature';
    if (flaw !== null) flaws.push(`${nameOf(image)} ${flaw}`);
  }
  if (flaws.length === 0) return pass(`${approved.length} images are signed by ${check.key_file}`);
  const more = flaws.length > MOST_NAMED ? ', and others' : '';
  return fail(`${flaws.slice(0, MOST_NAMED).join(', ')}${more}`);
};

function strangers(approved: readonly SignedImage[], running: readonly string[] = []): string[] {
  const known = new Set(approved.map(nameOf));
  return [...new Set(running)]
    .filter((image) => !known.has(image))
    .map((image) => `${image} runs and is not approved`);
}

function nameOf({ repository, digest }: SignedImage): string {
  return `${repository}@${digest}`;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
