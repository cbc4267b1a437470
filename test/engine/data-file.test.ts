import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataFileIsComplete, guardDataFile } from '../../src/engine/data-file.ts';
import { engineFiles } from '../../src/engine/engine-files.ts';
import { scratch } from './scratch.ts';

describe('guardDataFile', () => {
  it('lets a server at a new file and at the file it made', async () => {
    const files = home();
    await guardDataFile(files, '1.31.2');
    writeFileSync(files.data, 'tables');
    await dataFileIsComplete(files, '1.31.2');
    await guardDataFile(files, '1.31.2');
    expect(readFileSync(files.data, 'utf8')).toBe('tables');
  });

  it('refuses a file made by another server version and says what to do', async () => {
    const files = home();
    await guardDataFile(files, '1.31.2');
    writeFileSync(files.data, 'tables');
    await dataFileIsComplete(files, '1.31.2');
    await expect(guardDataFile(files, '1.32.0')).rejects.toMatchObject({
      code: 'engine_data_version',
      message: expect.stringMatching(/server 1\.31\.2, this one is 1\.32\.0.*TEMPORAL_CLI/),
    });
  });

  it.each([null, 'not json', '{"complete":true}'])(
    'refuses a file whose version is unknown (%j)',
    async (version) => {
      const files = home();
      writeFileSync(files.data, 'tables');
      if (version !== null) writeFileSync(files.version, version);
      await expect(guardDataFile(files, '1.31.2')).rejects.toMatchObject({
        code: 'engine_data_version',
      });
      expect(readFileSync(files.data, 'utf8')).toBe('tables');
    },
  );

  it('sets aside a file whose tables were never finished', async () => {
    const files = home();
    await guardDataFile(files, '1.31.2');
    writeFileSync(files.data, 'half');
    writeFileSync(`${files.data}-wal`, 'half');
    await guardDataFile(files, '1.32.0');
    expect(existsSync(files.data)).toBe(false);
    expect(existsSync(`${files.data}-wal`)).toBe(false);
    expect(readFileSync(`${files.data}.incomplete`, 'utf8')).toBe('half');
  });
});

function home() {
  const files = engineFiles(scratch());
  mkdirSync(files.directory);
  return files;
}
