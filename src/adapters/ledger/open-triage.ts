import type {
  AlertAdmission,
  CausedAlert,
  DecidedAdmission,
  DeliveryRecord,
} from '../../domain/alert-log.ts';
import type { TriagedAlert } from '../../domain/triaged-alert.ts';
import { type OpenCounts, openCounts } from './open-counts.ts';
import { quarantinedAmong } from './quarantined.ts';
import type { Writing } from './group-commit.ts';

/** What the trees are told, while a part of a delivery is being written. */
export interface OpenTriage {
  /** Whether it has come before and was logged: that was decided, and is no question when it comes again. */
  isLogged(identity: string): boolean;
  /** What the alert is, by all that is known now, it and those before it included. */
  decide(alert: AlertAdmission): Decided;
  /** From now on the alert is the incident's. */
  belongs(identity: string, incidentId: string): void;
  save(): Promise<void>;
}

export interface Decided {
  alert: DecidedAdmission;
  /** By identity those that were only logged, and are many together with this one, which says what they are. */
  followers: ReadonlyMap<string, CausedAlert>;
}

/** Costs nothing where no rule of the alerts names a tree. */
export async function openTriage(
  writing: Writing,
  alerts: readonly AlertAdmission[],
  delivery: DeliveryRecord,
): Promise<OpenTriage> {
  const questions = alerts.flatMap(({ mark, occurred_ms, becomes }) =>
    'decide' in becomes ? [{ identity: mark.identity, occurred_ms, becomes }] : [],
  );
  const quarantined = await quarantinedAmong(
    writing,
    questions.flatMap(({ becomes }) => becomes.quarantined_by),
  );
  const counts = await openCounts(writing, questions, delivery.received_ms);
  return {
    isLogged: counts.isLogged,
    decide: (alert) => {
      const { becomes } = alert;
      if (!('decide' in becomes)) return { alert: { ...alert, becomes }, followers: new Map() };
      const { identity } = alert.mark;
      const isQuarantined = becomes.quarantined_by.some((resource) => quarantined.has(resource));
      return decided(
        alert,
        becomes,
        isQuarantined,
        counts.with(identity, alert.occurred_ms, becomes),
      );
    },
    belongs: counts.belongs,
    save: counts.save,
  };
}

function decided(
  brought: AlertAdmission,
  { decide, counters }: TriagedAlert,
  quarantined: boolean,
  { counts, logged }: ReturnType<OpenCounts['with']>,
): Decided {
  const { becomes, follow } = decide({ quarantined, counts });
  const alert = { ...brought, becomes };
  if ('set_aside' in becomes) return { alert, followers: new Map() };
  const asked = counters.filter(({ name }) => follow.includes(name));
  const followers = asked.flatMap(logged).map((identity) => [identity, becomes] as const);
  return { alert, followers: new Map(followers) };
}
