import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PLAYBOOKS, type PolicyFile, type PolicySource } from './policy-source.ts';
import { readOne, refused } from './policy-text.ts';

/** `compromised-agent.yaml` is the playbook `compromised_agent`. */
const FILE_NAME = /^[a-z][a-z0-9-]{0,63}\.ya?ml$/;

/**
 * The files of `playbooks/` below the directory beside those of the defaults, of which it may replace each by name. A
 * copy of a default is one.
 * Throws `PolicyError` where one cannot be read, or has a name that no playbook can have.
 */
export async function readPlaybookFiles(
  directory: string,
  defaultsDir: string,
): Promise<PolicySource['playbooks']> {
  const shipped = await readAll(join(defaultsDir, PLAYBOOKS), true);
  if (resolve(directory) === resolve(defaultsDir)) return shipped;
  const beside = Object.entries(await readAll(join(directory, PLAYBOOKS), false)).map(
    ([name, file]) => [name, { ...file, shipped: file.text === shipped[name]?.text }] as const,
  );
  return { ...shipped, ...Object.fromEntries(beside) };
}

/** By the name of the playbook. */
export function playbookName(file: string): string {
  return file.replace(/\.ya?ml$/, '').replaceAll('-', '_');
}

async function readAll(directory: string, shipped: boolean): Promise<PolicySource['playbooks']> {
  const names = (await namesIn(directory)).filter((name) => /\.ya?ml$/i.test(name)).toSorted();
  const files = await Promise.all(
    names.map(async (name): Promise<[string, PolicyFile]> => {
      const path = join(directory, name);
      if (!FILE_NAME.test(name))
        throw refused(path, 'is not named like a playbook: some-name.yaml');
      return [playbookName(name), await readOne(path, shipped)];
    }),
  );
  return Object.fromEntries(files);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
