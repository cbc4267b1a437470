/** `registry/name@sha256:…`, or the digest alone. A tag says nothing of what it stands for by now. */
const DIGEST = /(?:^|@)(sha256:[0-9a-f]{64})$/;

/** The digest that an image is named by; null where it is named by a tag, or not at all. */
export function imageDigestOf(image: string | undefined): string | null {
  return DIGEST.exec(image ?? '')?.[1] ?? null;
}
