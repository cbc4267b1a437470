import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { ContainRequest, Reading } from '../../domain/host-containment.ts';
import { restartPolicySchema } from '../docker/container.ts';
import type { Engine } from '../docker/engine.ts';
import type { RuntimeContainer } from '../subjects/locate-subject.ts';
import { attachAgain, attachmentsOf } from './container-networks.ts';
import type { Contained } from './find-contained.ts';
import { likeContainer } from './like-container.ts';
import type { ContainRecord } from './records.ts';
import { neverRestart, restartPolicyOf } from './restart-off.ts';
import type { Measured, Step } from './step.ts';

/** What became of the place of a container: nothing was to run there again, something is to, or it was seen to run. */
const madeSchema = z.object({
  fresh: z.enum(['none', 'wanted', 'runs']).default('none'),
  /** Of the one that runs there now; '' where none does. */
  container: z.string().default(''),
  objection: z.string().default(''),
});
type Made = z.infer<typeof madeSchema>;

/** Ends a container, and has a fresh one of the same image and configuration run in its place where that is allowed. */
export const recycle: Step = {
  method: () => 'runtime_recreate',
  measure,
  prepare: async (at) => {
    const container = assertContainer(at);
    const images = await imagesOf(container);
    return { ...restartPolicyOf(container), name: nameOf(container), images };
  },
  apply: async (at, order) => {
    const made = await apply(at, order);
    return { ...made };
  },
  release: async () => 'what is dead stays dead',
};

/** By what the runtime says of the old one by its id, and of whether the fresh one was seen to run. */
async function measure({ container, record, engine }: Contained): Promise<Measured> {
  const recorded = record?.before['images'] ?? [];
  const images = container === null ? recorded : await imagesOf(container);
  const said = (in_force: boolean, detail: string, reading: Reading = {}) => ({
    ...{ in_force, detail },
    reading: { images, ...reading },
  });
  if (record === null) return said(false, 'it was not recycled');
  const { fresh, container: id, objection } = madeSchema.parse(record.made);
  const old = (await engine?.inspect(record.container)) ?? null;
  const reading = { old: record.container, old_is_gone: old === null, fresh: id };
  if (old !== null && (old.State.Running || old.State.Restarting)) {
    return said(false, 'it still runs', reading);
  }
  if (fresh === 'none') return said(true, 'it ended, and nothing runs in its place', reading);
  if (fresh === 'wanted') {
    return said(false, `nothing runs in its place yet: ${objection}`, reading);
  }
  if (old !== null) return said(false, 'it ended, and is still there', reading);
  return said(true, `it is gone, and ${id.slice(0, 12)} was started in its place`, reading);
}

async function apply(at: Contained, { fresh }: ContainRequest): Promise<Made> {
  const { record, container, engine } = at;
  if (record === null || engine === null) throw unsupported();
  const made = madeSchema.parse(record.made);
  if (made.fresh === 'runs') return made;
  const old = container?.facts.Id === record.container ? container : null;
  if (old !== null) {
    await neverRestart(old);
    await engine.kill(record.container);
  }
  if (fresh !== true) return { ...made, fresh: 'none' };
  return replace(engine, old, { ...record, made: { ...made } });
}

/** Each of its calls may have been made before: what counts is what is there in the end. */
async function replace(
  engine: Engine,
  old: RuntimeContainer | null,
  { container, before, made }: ContainRecord,
): Promise<Made> {
  const known = z
    .object({ name: z.string(), restart_policy: restartPolicySchema })
    .safeParse(before);
  if (!known.success) return wanted('', 'what it was called is not recorded');
  const { name, restart_policy } = known.data;
  // Under a name that tells whose place it takes, until that one is gone.
  const draft = `${name}-for-${container.slice(0, 12)}`;
  const objections: string[] = [];
  if (old !== null && (await engine.inspect(draft)) === null) {
    objections.push(await engine.create(draft, likeContainer(old.facts, restart_policy)));
  }
  const begun = z.string().parse(made['container']);
  const fresh =
    (await engine.inspect(draft)) ?? (begun === '' ? null : await engine.inspect(begun));
  if (fresh === null) return wanted('', objections.join('; ') || 'nothing is left to make it of');
  objections.push(
    await attachAgain({ engine, facts: fresh }, attachmentsOf(old)),
    await engine.remove(container),
    await engine.rename(fresh.Id, name),
    await engine.start(fresh.Id),
  );
  const runs = (await engine.inspect(fresh.Id))?.State.StartedAt !== NEVER_STARTED;
  if (runs) return { fresh: 'runs', container: fresh.Id, objection: '' };
  return wanted(fresh.Id, objections.filter((each) => each !== '').join('; '));
}

/** What the engine says of a container that never ran. */
const NEVER_STARTED = '0001-01-01T00:00:00Z';

function wanted(container: string, objection: string): Made {
  return { fresh: 'wanted', container, objection };
}

/** By every digest that it has: whoever blocks it may know it by any of them. */
async function imagesOf({ engine, facts }: RuntimeContainer): Promise<string[]> {
  const digests = await engine.digests(facts.Image);
  return [...new Set([facts.Image, ...digests.map((name) => name.slice(name.indexOf('@') + 1))])];
}

function nameOf({ facts }: RuntimeContainer): string {
  return facts.Name.replace(/^\//, '');
}

function assertContainer({ container }: Contained): RuntimeContainer {
  if (container !== null) return container;
  throw unsupported();
}

function unsupported(): Fault {
  const message = 'only a container has an image and a configuration to be started again with';
  return new Fault('unsupported_subject', message, { retryable: false });
}
