import type { Story } from '../story.ts';

/** A person has reviewed the incident, or has resolved it where that is enough. */
export async function untilAcknowledged(story: Story): Promise<void> {
  await story.until(({ acked_at, resolved_at }) => acked_at !== '' || resolved_at !== '');
}

/** The host has proved itself for this very containment, where that is required. */
export async function untilReattested(story: Story): Promise<void> {
  await story.until(
    ({ require_reattest, re_attested_at, resolved_at }) =>
      !require_reattest || re_attested_at !== '' || resolved_at !== '',
  );
}

/** The gate has opened. What was void meanwhile is asked for again by the gate itself. */
export async function untilResolved(story: Story): Promise<void> {
  await story.until(({ resolved_at }) => resolved_at !== '');
}
