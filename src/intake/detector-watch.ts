import type { AlertLog } from '../domain/alert-log.ts';
import { epochMs } from '../domain/instant.ts';
import type { Log } from './log.ts';

/** A silence is noticed this much later than it began to be one. */
const LOOK_EVERY_MS = 15_000;

/** Refusals of one source further apart than this are not one attack, nor one mistake. */
const REFUSALS_WITHIN_MS = 10 * 60_000;

/** One failure of one kind is one incident in this time, whichever server notices it. */
const ONCE_IN_MS = 3_600_000;

export interface DetectorWatch {
  /** A source sends more than it may. */
  beyondRate(source: string): void;
  /** A call that claims to be of the source has shown no valid credential. */
  refused(source: string): void;
  /** Looks once for those that are silent. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** What is expected of a source. 0 for nothing. */
export interface Expected {
  heartbeat: number;
  refusals: number;
}

export interface DetectorWatchDeps {
  alerts: Pick<AlertLog, 'counts'>;
  /** Of every source that there is. */
  expected: () => Readonly<Record<string, Expected>>;
  /** Opens an incident, once for each key; false where the policy has no rule for the class. */
  report(finding: {
    key: string;
    description: string;
    evidence: Record<string, string>;
  }): Promise<boolean>;
  now: () => number;
  log: Log;
}

/** Watches those that watch: what a detector does not say can be as telling as what it says. */
export function startDetectorWatch(deps: DetectorWatchDeps): DetectorWatch {
  const { now } = deps;
  const beganMs = now();
  const refusals = new Map<string, number[]>();
  let reporting: Promise<unknown> = Promise.resolve();

  const report = (kind: string, source: string, moment: string, description: string) => {
    const finding = { key: `${kind}/${source}/${moment}`, description, evidence: { source, kind } };
    const told = deps.report(finding).catch((error: unknown) => {
      deps.log.error({ source, err: error }, `${description}; it could not be reported`);
    });
    reporting = Promise.all([reporting, told]);
    return told;
  };
  const thisHour = () => String(Math.floor(now() / ONCE_IN_MS));

  const look = async () => {
    const heard = lastHeard(await deps.alerts.counts());
    for (const [source, { heartbeat }] of Object.entries(deps.expected())) {
      const lastMs = heard.get(source) ?? 0;
      // Whoever was not listening has missed nothing yet.
      if (heartbeat === 0 || now() - Math.max(lastMs, beganMs) <= heartbeat) continue;
      const since = lastMs === 0 ? 'ever' : `since ${new Date(lastMs).toISOString()}`;
      await report('silence', source, String(lastMs), `Nothing was heard of ${source} ${since}`);
    }
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => deps.log.warn({ err: error }, 'no detector was looked at'));
  }, LOOK_EVERY_MS);

  return {
    look,
    beyondRate: (source) =>
      void report('rate', source, thisHour(), `${source} sends more alerts than it may`),
    refused: (source) => {
      const most = deps.expected()[source]?.refusals ?? 0;
      if (most === 0) return;
      const recent = [...(refusals.get(source) ?? []), now()]
        .filter((ms) => ms > now() - REFUSALS_WITHIN_MS)
        .slice(-most);
      refusals.set(source, recent);
      if (recent.length < most) return;
      const description = `Calls in the name of ${source} have no valid credential, ${most} of them`;
      void report('refusals', source, thisHour(), description);
    },
    stop: async () => {
      clearInterval(timer);
      await reporting;
    },
  };
}

/** Epoch ms of whatever each source sent last, repeats included. */
function lastHeard(counts: Awaited<ReturnType<AlertLog['counts']>>): Map<string, number> {
  const heard = new Map<string, number>();
  for (const { source, last_at } of counts) {
    heard.set(source, Math.max(heard.get(source) ?? 0, epochMs(last_at)));
  }
  return heard;
}
