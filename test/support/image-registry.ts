import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
/** Of cosign's signatures, beside the image: github.com/sigstore/cosign, `specs/SIGNATURE_SPEC.md`. */
const SIGNED = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE = 'dev.cosignproject.cosign/signature';

/** A registry of the distribution specification, as far as images are pulled and verified: one image without layers. */
export interface ImageRegistry {
  /** Of the image, as it is pulled. */
  image: string;
  /** What a signature of it is over. */
  payload: Buffer;
  /** From now on the image has this signature, in base64. */
  sign(signature: string): void;
  stop(): void;
}

export async function imageRegistry(
  port: number,
  name: string,
  tag: string,
): Promise<ImageRegistry> {
  const blobs: Kept = new Map();
  const manifests: Kept = new Map();
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {} }));
  const manifestOf = (layers: object[]): Buffer => {
    const described = { mediaType: CONFIG, ...kept(blobs, config) };
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: described, layers };
    return Buffer.from(JSON.stringify(manifest));
  };
  const image = manifestOf([]);
  const digest = digestOf(image);
  manifests.set(tag, image).set(digest, image);
  const repository = `127.0.0.1:${port}/${name}`;
  const payload = payloadFor(repository, digest);
  const stop = await serve(port, { blobs, manifests });
  return {
    ...{ image: `${repository}:${tag}`, payload, stop },
    sign: (signature) => {
      const layer = { mediaType: SIGNED, ...kept(blobs, payload) };
      const signed = manifestOf([{ ...layer, annotations: { [SIGNATURE]: signature } }]);
      manifests.set(`${digest.replace(':', '-')}.sig`, signed);
    },
  };
}

/** By digest, or by tag. */
type Kept = Map<string, Buffer>;

function payloadFor(repository: string, digest: string): Buffer {
  const identity = { 'docker-reference': repository };
  const image = { 'docker-manifest-digest': digest };
  const critical = { identity, image, type: 'cosign container image signature' };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

/** How it is stopped. */
async function serve(port: number, has: { blobs: Kept; manifests: Kept }): Promise<() => void> {
  const server = createServer(({ method, url = '' }, response) => {
    if (url === '/v2/') return void response.end('{}');
    const [, what = '', reference = ''] = /^\/v2\/.+\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const found = (what === 'blobs' ? has.blobs : has.manifests).get(reference);
    // Also where it is asked for what it does not know, such as referrers.
    if (found === undefined) {
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    }
    response.writeHead(200, {
      'content-type': what === 'manifests' ? MANIFEST : 'application/octet-stream',
      'content-length': found.length,
      'docker-content-digest': digestOf(found),
    });
    response.end(method === 'HEAD' ? undefined : found);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

function kept(blobs: Kept, bytes: Buffer): { digest: string; size: number } {
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { digest, size: bytes.length };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
