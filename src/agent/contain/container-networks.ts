import { z } from 'zod';
import type { Reading } from '../../domain/host-containment.ts';
import { type Attachments, attachmentsSchema } from '../docker/container.ts';
import type { RuntimeContainer } from '../subjects/locate-subject.ts';

/** What is recorded of a container's networks, to be restored. */
export function attachmentsOf(container: RuntimeContainer | null): Reading {
  if (container === null) return {};
  return { networks: z.record(z.string(), z.json()).parse(networksOf(container.facts)) };
}

/** Takes its interfaces away, one network after the other. Harmless where it has none. */
export async function detach({ engine, facts }: RuntimeContainer): Promise<void> {
  for (const { NetworkID } of Object.values(networksOf(facts))) {
    await engine.disconnect(NetworkID, facts.Id);
  }
}

/** With the names and the addresses that it was given; says what could not be, '' where all are as they were. */
export async function attachAgain(
  { engine, facts }: RuntimeContainer,
  before: Reading = {},
): Promise<string> {
  const recorded = z.object({ networks: attachmentsSchema.default({}) }).safeParse(before);
  if (!recorded.success) return 'which networks it had is not recorded';
  const problems: string[] = [];
  for (const [name, settings] of Object.entries(recorded.data.networks)) {
    if (Object.hasOwn(networksOf(facts), name)) continue;
    const { NetworkID, Aliases, Links, IPAMConfig } = settings;
    const objection = await engine.connect(NetworkID, facts.Id, { Aliases, Links, IPAMConfig });
    const now = await engine.inspect(facts.Id);
    if (now === null || Object.hasOwn(networksOf(now), name)) continue;
    problems.push(`it is not on the network ${name} again: ${objection}`);
  }
  return problems.join('; ');
}

/** Those with an interface: what shares another's network, the host's or none has none of its own. */
function networksOf({ NetworkSettings }: RuntimeContainer['facts']): Attachments {
  const all = Object.entries(NetworkSettings.Networks ?? {});
  return Object.fromEntries(all.filter(([name]) => name !== 'none' && name !== 'host'));
}
