import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ALERT_FORMATS, type AlertFormatName } from '../domain/alert.ts';
import { PolicyError } from './policy-error.ts';
import {
  DETECTORS,
  detectorFileName,
  type PolicyFile,
  type PolicySource,
} from './policy-source.ts';
import { readIfThere } from './policy-text.ts';

/**
 * The files of `detectors/` below the directory, each taken from the defaults where it is not there. Throws
 * `PolicyError` where one cannot be read, or is named after no format.
 */
export async function readDetectorFiles(
  directory: string,
  defaultsDir: string,
): Promise<PolicySource['detectors']> {
  await refuseMisnamed(join(directory, DETECTORS));
  const files = await Promise.all(
    ALERT_FORMATS.map(async (format): Promise<[AlertFormatName, PolicyFile | undefined]> => {
      const name = detectorFileName(format);
      return [
        format,
        (await readIfThere(join(directory, name))) ?? (await shipped(defaultsDir, name)),
      ];
    }),
  );
  return Object.fromEntries(files.filter(([, file]) => file !== undefined));
}

async function shipped(defaultsDir: string, name: string): Promise<PolicyFile | undefined> {
  const file = await readIfThere(join(defaultsDir, name));
  return file && { ...file, shipped: true };
}

/** A file that nobody reads would be rules that nobody follows. */
async function refuseMisnamed(directory: string): Promise<void> {
  const known: readonly string[] = ALERT_FORMATS.map((format) =>
    basename(detectorFileName(format)),
  );
  const names = await namesIn(directory);
  const misnamed = names.filter((name) => /\.ya?ml$/i.test(name) && !known.includes(name));
  if (misnamed.length === 0) return;
  const reason = `is named after no format of alerts: ${known.join(', ')}`;
  throw new PolicyError(misnamed.map((name) => ({ file: join(directory, name), line: 0, reason })));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    // Not there; and where it cannot be listed, reading its files says why.
    return [];
  }
}
