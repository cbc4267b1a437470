import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer as bufferOf } from 'node:stream/consumers';
import {
  createVersionedBucket,
  type Lie,
  type Lock,
  Refusal,
  type VersionedBucket,
} from './versioned-bucket.ts';
import { element, problem, versionsPage } from './xml.ts';

/** How the service fails as a whole. */
export type Trouble = 'none' | 'answers_500' | 'hangs' | 'stalls_in_the_body';

export interface FakeS3 {
  endpoint: string;
  bucket: VersionedBucket;
  /** Starts to lie so. */
  lie(lie: Lie): void;
  trouble: Trouble;
  /** Empty, honest and well again, with no rules. */
  reset(): void;
  stop(): Promise<void>;
}

interface Call {
  method: string;
  key: string;
  query: URLSearchParams;
  header(name: string): string;
  bytes(): Promise<Buffer>;
  text(): Promise<string>;
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

type Uploads = Map<string, { lock: Lock | null; parts: Map<number, Buffer> }>;

/** One bucket that keeps versions under Object Lock, on a free port, in memory, with a clock that is given. */
export async function startFakeS3(now: () => number): Promise<FakeS3> {
  const bucket = createVersionedBucket(now);
  const uploads: Uploads = new Map();
  const server = createServer((request, response) => void serve(request, response));
  const fake: FakeS3 = {
    endpoint: '',
    bucket,
    lie: (lie) => void bucket.lies.add(lie),
    trouble: 'none',
    reset: () => {
      fake.trouble = 'none';
      bucket.kept.length = 0;
      bucket.lies.clear();
      bucket.rules.clear();
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request);
    if (fake.trouble === 'hangs') return;
    if (fake.trouble === 'answers_500') {
      response.writeHead(500).end(problem('InternalError'));
      return;
    }
    const { status = 200, headers = {}, body = '' } = await answerTo(call, bucket, uploads);
    response.writeHead(status, { 'content-length': String(body.length), ...headers });
    if (fake.trouble === 'stalls_in_the_body') response.flushHeaders();
    else response.end(call.method === 'HEAD' ? undefined : body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  fake.endpoint = `http://127.0.0.1:${address.port}`;
  return fake;
}

async function answerTo(call: Call, bucket: VersionedBucket, uploads: Uploads): Promise<Answer> {
  try {
    return await route(call, bucket, uploads);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: problem(error.code) };
  }
}

function route(call: Call, bucket: VersionedBucket, uploads: Uploads): Answer | Promise<Answer> {
  const { method, query } = call;
  if (query.has('versions')) {
    const prefix = query.get('prefix') ?? '';
    return { body: versionsPage(bucket.kept.filter(({ key }) => key.startsWith(prefix))) };
  }
  if (query.has('versioning'))
    return { body: element('VersioningConfiguration', { Status: 'Enabled' }) };
  if (query.has('object-lock')) {
    return { body: element('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled' }) };
  }
  if (query.has('uploads') || query.has('uploadId')) return uploadPart(call, bucket, uploads);
  if (query.has('retention')) return retention(call, bucket);
  if (query.has('legal-hold')) return legalHold(call, bucket);
  if (method === 'PUT') return putObject(call, bucket);
  if (method === 'DELETE') return deleteObject(call, bucket);
  return getObject(call, bucket);
}

async function putObject(call: Call, bucket: VersionedBucket): Promise<Answer> {
  const bytes = await call.bytes();
  requireDigest(call, bytes);
  return written(bucket.put(call.key, bytes, { lock: lockIn(call), onlyNew: isOnlyNew(call) }));
}

async function uploadPart(call: Call, bucket: VersionedBucket, uploads: Uploads): Promise<Answer> {
  if (call.query.has('uploads')) {
    const UploadId = String(uploads.size + 1);
    uploads.set(UploadId, { lock: lockIn(call), parts: new Map() });
    return { body: element('InitiateMultipartUploadResult', { UploadId }) };
  }
  const upload = uploads.get(call.query.get('uploadId') ?? '');
  if (upload === undefined) throw new Refusal(404, 'NoSuchUpload');
  if (call.method === 'PUT') {
    const bytes = await call.bytes();
    requireDigest(call, bytes);
    upload.parts.set(Number(call.query.get('partNumber')), bytes);
    return { headers: { etag: '"part"' } };
  }
  if (call.method === 'DELETE') return { status: 204 };
  const parts = [...upload.parts].toSorted(([one], [other]) => one - other);
  const bytes = Buffer.concat(parts.map(([, part]) => part));
  const kept = bucket.put(call.key, bytes, { lock: upload.lock, onlyNew: isOnlyNew(call) });
  return { ...written(kept), body: element('CompleteMultipartUploadResult', { Key: call.key }) };
}

async function retention(call: Call, bucket: VersionedBucket): Promise<Answer> {
  const id = versionIn(call);
  if (call.method === 'GET') {
    const { lock } = bucket.find(call.key, id);
    if (lock === null) throw new Refusal(404, 'NoSuchObjectLockConfiguration');
    const RetainUntilDate = new Date(lock.untilMs).toISOString();
    return { body: element('Retention', { Mode: lock.mode, RetainUntilDate }) };
  }
  const [, mode = ''] = /<Mode>(.*)<\/Mode>/.exec(await call.text()) ?? [];
  const [, until = ''] = /<RetainUntilDate>(.*)<\/RetainUntilDate>/.exec(await call.text()) ?? [];
  const bypass = call.header('x-amz-bypass-governance-retention') === 'true';
  bucket.retain(call.key, id, { mode, untilMs: Date.parse(until) }, bypass);
  return {};
}

async function legalHold(call: Call, bucket: VersionedBucket): Promise<Answer> {
  bucket.find(call.key, versionIn(call)).held = (await call.text()).includes('>ON<');
  return {};
}

function deleteObject(call: Call, bucket: VersionedBucket): Answer {
  const bypass = call.header('x-amz-bypass-governance-retention') === 'true';
  bucket.remove(call.key, call.query.get('versionId'), bypass);
  return { status: 204 };
}

function getObject(call: Call, bucket: VersionedBucket): Answer {
  const { bytes } = bucket.find(call.key, versionIn(call));
  if (bytes === null) throw new Refusal(405, 'MethodNotAllowed');
  if (!bucket.lies.has('returns_other_bytes')) return { body: bytes };
  return { body: Buffer.from(bytes.map((byte) => byte ^ 1)) };
}

function written({ id }: { id: string }): Answer {
  return { headers: { 'x-amz-version-id': id, etag: '"whole"' } };
}

function lockIn(call: Call): Lock | null {
  const mode = call.header('x-amz-object-lock-mode');
  if (mode === '') return null;
  return { mode, untilMs: Date.parse(call.header('x-amz-object-lock-retain-until-date')) };
}

function isOnlyNew(call: Call): boolean {
  return call.header('if-none-match') === '*';
}

function versionIn(call: Call): string {
  return call.query.get('versionId') ?? '';
}

function requireDigest(call: Call, bytes: Buffer): void {
  const said = call.header('x-amz-checksum-sha256');
  const is = createHash('sha256').update(bytes).digest('base64');
  if (said !== '' && said !== is) throw new Refusal(400, 'BadDigest');
}

function callOf(request: IncomingMessage): Call {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
  let read: Promise<Buffer> | undefined;
  const bytes = () => (read ??= bufferOf(request));
  return {
    method: request.method ?? '',
    key: decodeURIComponent(pathname).split('/').slice(2).join('/'),
    query: searchParams,
    header: (name) => String(request.headers[name] ?? ''),
    bytes,
    text: async () => (await bytes()).toString('utf8'),
  };
}
