import type { ContainStep } from '../../src/domain/host-containment.ts';
import type { HostSubject } from '../../src/domain/host-subject.ts';
import type { HostDoor } from './host-door.ts';

type Said = Promise<[number, Record<string, unknown>]>;

/** One containment, as an incident asks for it: under one key from the first call to the last. */
export interface Containing {
  apply(more?: object): Said;
  state(): Said;
  release(): Said;
}

export function containing(
  door: Pick<HostDoor, 'act'>,
  subject: HostSubject,
  step: ContainStep,
  idempotency_key = 'INC-1/step',
): Containing {
  const about = { step, idempotency_key };
  return {
    apply: (more) => door.act('contain', subject, { ...about, effect: 'apply', ...more }),
    release: () => door.act('contain', subject, { ...about, effect: 'release' }),
    state: () => door.act('contain/state', subject, about),
  };
}
