import { open, rename } from 'node:fs/promises';

/** Replaces a small file so that a reader, or a start after a power cut, finds the old content or the new. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
