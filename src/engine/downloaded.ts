import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { engineFault } from './engine-fault.ts';
import { install } from './install.ts';
import { withProgress } from './progress.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';
import { closed, type Way } from './way.ts';

/** The service that Temporal's SDKs fetch their development server from. */
const DOWNLOAD_ORIGIN = 'https://temporal.download';

/** A network that reaches the service answers this small question in well under a second. */
const LOOKUP_TIMEOUT_MS = 5_000;

/** 50 MB at 200 KB/s; on a slower line the build, which fetches as much, is no better, so give up by then. */
const TRANSFER_TIMEOUT_MS = 300_000;

/** Unpacking takes a second or two. */
const UNPACK_TIMEOUT_MS = 60_000;

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
};
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };

const downloadSchema = z.object({
  archiveUrl: z.url(),
  // Handed to tar: nothing that could be taken for an option or lead out of the directory.
  fileToExtract: z.string().regex(/^(?!-)[\w.-]+$/),
});
type Download = z.infer<typeof downloadSchema>;

/** The official build of the pinned version, fetched as the SDKs do it: the service offers TLS and no checksum. */
export const downloaded: Way = async (search) => {
  const platform = PLATFORMS[process.platform];
  const arch = ARCHITECTURES[process.arch];
  if (!platform || !arch) {
    return { missing: `there is no download for ${process.platform}/${process.arch}` };
  }
  const origin = search.downloadOrigin ?? DOWNLOAD_ORIGIN;
  search.say(`asking ${origin} for Temporal CLI ${TEMPORAL_CLI_VERSION} (${platform}/${arch})`);
  try {
    const download = await lookUp(origin, platform, arch);
    return await install(search, 'download', async (directory) => {
      const archive = join(directory, 'archive.tar.gz');
      await transfer(download.archiveUrl, archive, search.say);
      return unpack(archive, download.fileToExtract, directory);
    });
  } catch (error) {
    return closed(error);
  }
};

async function lookUp(origin: string, platform: string, arch: string): Promise<Download> {
  const url = new URL(`/cli/v${TEMPORAL_CLI_VERSION}`, origin);
  url.search = new URLSearchParams({ platform, arch, format: 'tar.gz' }).toString();
  const response = await request(url, LOOKUP_TIMEOUT_MS);
  const answer = await response.json().catch(unreadable);
  const download = downloadSchema.safeParse(answer);
  if (!download.success || new URL(download.data.archiveUrl).protocol !== url.protocol) {
    throw engineFault('temporal_download_failed', `${origin} gave an answer that cannot be used`);
  }
  return download.data;
}

async function transfer(url: string, path: string, say: (line: string) => void): Promise<void> {
  const response = await request(new URL(url), TRANSFER_TIMEOUT_MS);
  const { body } = response;
  if (body === null) throw engineFault('temporal_download_failed', `${url} is empty`);
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength;
      done(null, chunk);
    },
  });
  await withProgress(
    say,
    (seconds) => `downloading ${url}: ${(bytes / 1e6).toFixed(1)} MB in ${seconds} s`,
    () => pipeline(body, counter, createWriteStream(path)).catch(unreadable),
  );
}

async function unpack(archive: string, file: string, directory: string): Promise<string> {
  await promisify(execFile)('tar', ['-xzf', archive, '-C', directory, file], {
    timeout: UNPACK_TIMEOUT_MS,
  }).catch((cause: unknown) => {
    throw engineFault('temporal_download_failed', 'the archive could not be unpacked', cause);
  });
  return join(directory, file);
}

async function request(url: URL, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(
    (cause: unknown) => {
      throw engineFault(
        'temporal_download_failed',
        `${url.origin} cannot be reached from here`,
        cause,
      );
    },
  );
  if (response.ok) return response;
  await response.body?.cancel();
  throw engineFault('temporal_download_failed', `${url.origin} answered ${response.status}`);
}

function unreadable(cause: unknown): never {
  throw engineFault('temporal_download_failed', 'the download broke off', cause);
}
