import type { Kept } from './versioned-bucket.ts';

export function element(name: string, members: Record<string, string>): string {
  const inner = Object.entries(members).map(([member, text]) => `<${member}>${text}</${member}>`);
  return `<?xml version="1.0" encoding="UTF-8"?><${name}>${inner.join('')}</${name}>`;
}

export function problem(code: string): string {
  return element('Error', { Code: code, Message: 'Some sentence about arn:aws:iam::1:user/ada' });
}

/** The newest first, as S3 lists the versions of a key. */
export function versionsPage(kept: readonly Kept[]): string {
  const rows = kept.toReversed().map(({ key, id, atMs, bytes }) => {
    const name = bytes === null ? 'DeleteMarker' : 'Version';
    const at = new Date(atMs).toISOString();
    const inner = `<Key>${key}</Key><VersionId>${id}</VersionId><LastModified>${at}</LastModified>`;
    return `<${name}>${inner}</${name}>`;
  });
  const name = 'ListVersionsResult';
  return `<${name}><IsTruncated>false</IsTruncated>${rows.join('')}</${name}>`;
}
