import { setCurrentDetails, type upsertSearchAttributes } from '@temporalio/workflow';
import { awaitedByBreaker, awaitedByPlaybook } from '../src/domain/awaited-by-playbook.ts';
import { recoveryComplete } from '../src/domain/ceremony.ts';
import type { Incident } from '../src/domain/incident-record.ts';
import { SEARCH_ATTRIBUTES } from '../src/domain/search-attributes.ts';

type AttributePairs = Exclude<
  Parameters<typeof upsertSearchAttributes>[0],
  Record<string, unknown>
>;

/** The panel of the Temporal Web UI: what is awaited, from whom, and what was measured. */
export function showToOperators(incident: Incident): void {
  setCurrentDetails(
    [
      `**${incident.class}** · ${incident.severity} · ${incident.state}`,
      `Awaited: ${awaited(incident)}`,
      '',
      ...incident.containment_actions.map(
        (a) =>
          `- ${a.action} on ${a.target}: **${a.status}**${a.detail === '' ? '' : ` (${a.detail})`}`,
      ),
      ...proved(incident),
      ...incident.gaps.map((gap) => `- not captured: ${gap.collector} (${gap.reason})`),
    ].join('\n'),
  );
}

function proved({ re_attested_at, attestation }: Incident): string[] {
  if (re_attested_at === '' || !attestation) return [];
  const { host, proof, assurance, trust } = attestation;
  return [
    `- ${host} was believed by: **${proof}** (${assurance}${trust === '' ? '' : `, ${trust}`})`,
  ];
}

/** What a list filter can ask for that changes while the incident lives. */
export function stateAttributes(incident: Incident): AttributePairs {
  return [
    { key: { name: SEARCH_ATTRIBUTES.state, type: 'KEYWORD' }, value: incident.state },
    { key: { name: SEARCH_ATTRIBUTES.severity, type: 'KEYWORD' }, value: incident.severity },
  ];
}

/** One sentence that names who must act next. */
export function awaited(incident: Incident): string {
  if (incident.state === 'closed') return 'nothing; the incident is closed';
  if (incident.resolved_at !== '') return afterResolution(incident);
  const steps = [
    ...(incident.state === 'containment_failed' ? ['the targets that do not obey yet'] : []),
    ...(incident.require_ack && incident.acked_at === ''
      ? ['acknowledgement, from an operator']
      : []),
    ...(incident.require_reattest && incident.re_attested_at === ''
      ? ['re-attestation of the host, asked for by a recovery admin']
      : []),
    ...byPlaybook(incident),
    ...(recoveryComplete(incident) ? ['resolution, from an operator'] : []),
  ];
  return steps.join('; then ');
}

function afterResolution(incident: Incident): string {
  if (!incident.require_review) return 'nothing; it is resolved';
  return [...byPlaybook(incident), 'the review, from an operator'].join('; then ');
}

/** What can be done at once, in any order. */
function byPlaybook(incident: Incident): string[] {
  const all = [...awaitedByBreaker(incident), ...awaitedByPlaybook(incident)];
  const steps = all.map(({ what, from }) => `${what}, from ${from}`);
  return steps.length === 0 ? [] : [steps.join(' and ')];
}
