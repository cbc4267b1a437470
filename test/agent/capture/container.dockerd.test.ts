import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Collector } from '../../../src/domain/host-capture.ts';
import { engine, runContainer, type TestContainer } from '../../support/containers.ts';
import { eventually } from '../../support/eventually.ts';
import { type HostDoor, linesOf, openHostDoor } from '../../support/host-door.ts';
import { contentIn, namesIn } from '../../support/tar-listing.ts';

const { socket: runtimeSocket, cgroup } = inject('dockerd');

const SECRET = 'sesame-of-the-container';
const VALUE = 'value-of-the-environment';

/** What it is found by is put together at run time, so that it is in its memory and in no argument. */
const SCRIPT = `part=MARKER; heap="$part-in-memory"; echo "$part-in-tmpfs" > /work/file
  echo "$part-in-root" > /changed; echo "$part-on-stdout"; echo "$part-on-stderr" >&2
  sleep 600 & wait`;

let folder: string;
let door: HostDoor;
let container: TestContainer;
let identity: string;
beforeAll(async () => {
  identity = await generateIdentity();
  folder = mkdtempSync(join(tmpdir(), 'c-'));
  writeFileSync(join(folder, 'key'), SECRET);
  door = await openHostDoor([cgroup], { runtimeSocket });
  container = await runContainer(
    SCRIPT,
    { Tmpfs: { '/work': '' }, Binds: [`${folder}:/run/secrets`] },
    { Env: [`AGENT_SETTING=${VALUE}`], Labels: { 'registry-token': VALUE } },
  );
  await eventually(logged, (isReady) => isReady);
  await door.act('freeze', { kind: 'container', id: container.name });
});
afterAll(async () => {
  await container.remove();
  await door.close();
  rmSync(folder, { recursive: true });
});

/** The last thing that the script does. */
async function logged(): Promise<boolean> {
  const said = await engine().getContainer(container.id).logs({ stderr: true });
  return said.includes('MARKER-on-stderr');
}

/** For its recipient, and so as he reads it. */
async function captured(collector: Collector) {
  const recipients = [await identityToRecipient(identity)];
  const subject = { kind: 'container', id: container.name } as const;
  const { bytes, report } = await door.capture(subject, collector, { recipients });
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return { report, bytes: zstdDecompressSync(await decrypter.decrypt(bytes)) };
}

describe('of a paused container', () => {
  it('the memory is captured', async () => {
    const { bytes, report } = await captured('memory');
    expect(report?.target).toMatchObject({ frozen_by: 'cgroup_freezer' });
    expect(bytes.includes('MARKER-in-memory')).toBe(true);
  });

  it('the tmpfs are captured, and no secrets', async () => {
    const { bytes, report } = await captured('tmpfs');
    expect(report?.completeness).toBe('complete');
    expect(contentIn(bytes, 'work/file')).toBe('MARKER-in-tmpfs\n');
    expect(bytes.includes(SECRET)).toBe(false);
  });

  it('what was changed is captured, and what the runtime calls so', async () => {
    const { bytes, report } = await captured('filesystem');
    expect(report?.completeness).toBe('complete');
    expect(contentIn(bytes, '/changed')).toBe('MARKER-in-root\n');
    const changes: unknown = JSON.parse(contentIn(bytes, 'runtime-changes.json'));
    expect(changes).toContainEqual({ Path: '/changed', Kind: 1 });
    expect(bytes.includes(SECRET)).toBe(false);
  });

  it('the logs are captured as the runtime has them, with where it keeps them', async () => {
    const { bytes, report } = await captured('logs');
    const { LogPath } = await container.inspect();
    expect(report).toMatchObject({ completeness: 'complete' });
    expect(report?.notes).toContain(`the runtime keeps its log in ${LogPath}`);
    expect(namesIn(bytes)).toContain('runtime-log');
    const log = contentIn(bytes, 'runtime-log');
    // A frame begins with the number of its stream, and a line with its time.
    expect([1, 2]).toContain(log.charCodeAt(0));
    expect(log).toMatch(/\d{4}-\d\d-\d\dT\S+ MARKER-on-stdout\n/);
    expect(log).toContain('MARKER-on-stderr');
  });

  it('what its runtime says is with the processes, without any value of its environment', async () => {
    const subject = { kind: 'container', id: container.name } as const;
    const answer = await door.capture(subject, 'processes');
    const [first] = linesOf(answer);
    expect(first).toMatchObject({
      container: {
        Id: container.id,
        State: { Paused: true },
        Config: { Env: { names: expect.arrayContaining(['AGENT_SETTING']), unnamed: 0 } },
      },
    });
    expect(zstdDecompressSync(answer.bytes).includes(VALUE)).toBe(false);
  });
});
