import { attainmentsOf } from '../../domain/attainment.ts';
import { timesOf } from '../../domain/incident.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { epochMs } from '../../domain/instant.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { awaitedBy } from '../awaited.ts';
import { alertFacts, subjectLine } from './alert-facts.ts';
import { entryLine } from './entry-line.ts';
import { proofOf } from './proof.ts';
import { severityStyle, statusStyle, type Paint } from './paint.ts';
import { playbookScreen } from './playbook-screen.ts';
import { INDENT, section } from './section.ts';
import { table, type Cell } from './table.ts';
import { duration, moment } from './time.ts';

/** The incident on one screen: where it stands, what it waits for and from whom, and how it came there. */
export function incidentScreen(
  incident: Incident,
  timeline: readonly LedgerEntry[],
  nowMs: number,
  paint: Paint,
): string {
  return [
    headline(incident, paint),
    awaitedLine(incident, paint),
    table(facts(incident), paint, INDENT),
    section('Actions', actions(incident), paint),
    section('Evidence', evidence(incident), paint),
    playbookScreen(incident, nowMs, paint),
    section('Clocks', clocks(incident, nowMs), paint),
    ['', paint('bold', 'Timeline'), ...timeline.map((e) => INDENT + timelineLine(e, paint))].join(
      '\n',
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** `INC-…  critical  contained  attestation_failure`. */
export function headline(incident: Incident, paint: Paint): string {
  return [
    paint('bold', incident.id),
    paint(severityStyle(incident.severity), incident.severity),
    paint(statusStyle(incident.state), incident.state),
    incident.class,
  ].join('  ');
}

/** The next step and the command for it; nothing to wait for is said too. */
export function awaitedLine(incident: Incident, paint: Paint): string {
  const next = awaitedBy(incident);
  if (next === null) return paint('dim', 'Nothing is awaited.');
  const how = next.how === '' ? '' : `: cordon ${next.how}`;
  return `Awaits ${paint('bold', next.what)} from ${next.from}${how}`;
}

function facts(incident: Incident): Cell[][] {
  const { subject, source, reported_by } = incident;
  const rows: [string, string][] = [
    ['What', incident.description],
    ['About', subjectLine(subject)],
    ...alertFacts(incident),
    [
      'Reported',
      `${moment(incident.created_at)} by ${source}${source === reported_by ? '' : `, as ${reported_by}`}`,
    ],
    ['Requires', requirements(incident)],
    ['Escalated', moment(incident.escalated_at)],
    ['Acknowledged', signed(incident.acked_at, incident.acked_by)],
    ['Re-attested', attested(incident)],
    ['Resolved', signed(incident.resolved_at, incident.resolved_by)],
    ['Closed', signed(incident.closed_at, incident.closed_by)],
    ['Policy', incident.policy_digest.slice(0, 16)],
  ];
  return rows.filter(([, value]) => value !== '').map(([name, value]) => [dim(name), value]);
}

/** What the host was believed by stands wherever it is said that it was believed. */
function attested({ re_attested_at, attestation, attestation_refused }: Incident): string {
  if (re_attested_at === '') {
    return attestation_refused === '' ? '' : `not yet (last refused: ${attestation_refused})`;
  }
  return `${moment(re_attested_at)}${attestation === null ? '' : `, ${proofOf(attestation)}`}`;
}

function requirements(incident: Incident): string {
  const needs = [
    incident.latched && 'latched',
    incident.require_ack && 'acknowledgement',
    incident.require_reattest && 're-attestation',
    incident.require_review && 'review',
  ];
  return needs.filter((need) => need !== false).join(', ');
}

function actions(incident: Incident): Cell[][] {
  return incident.containment_actions.map((a) => [
    { text: a.status, style: statusStyle(a.status) },
    a.action,
    `on ${a.target}`,
    a.attempts > 1 ? `${a.attempts} attempts` : '',
    a.detail,
  ]);
}

function evidence(incident: Incident): Cell[][] {
  const { artifacts, gaps, bundle, evidence_receipt: receipt, evidence_waived } = incident;
  const stamped = timesOf(incident).find(({ manifest }) => manifest === receipt?.manifest.sha256);
  return [
    ...artifacts.map((a) => [a.collector, a.sha256.slice(0, 16), `${a.size} bytes`, a.media_type]),
    ...gaps.map((g): Cell[] => [g.collector, { text: 'gap', style: 'warning' }, g.reason]),
    // An incident of an earlier version knows of neither.
    ...(receipt
      ? [['manifest', receipt.manifest.sha256.slice(0, 16), 'signed', timeOf(stamped)]]
      : []),
    ...(evidence_waived
      ? [['waived', { text: 'destroyed without', style: 'warning' } as const, evidence_waived]]
      : []),
    ...(bundle === null ? [] : [['bundle', bundle.sha256.slice(0, 16), `${bundle.size} bytes`]]),
  ];
}

function timeOf(stamped: Incident['timestamps'][number] | undefined): string {
  if (stamped === undefined) return 'time: local only';
  return `time: ${moment(stamped.time)}, ${stamped.authority}`;
}

/** How each has ended, and how long those that run have left; those of tasks and decisions are in the playbook. */
function clocks(incident: Incident, nowMs: number): Cell[][] {
  return attainmentsOf(incident).map(({ clock, due_at, met_at, attained }) => {
    const left = epochMs(due_at) - nowMs;
    if (met_at !== '') {
      return attained === 'met'
        ? [clock, { text: 'met', style: 'good' }, moment(met_at)]
        : [clock, { text: 'missed', style: 'bad' }, moment(met_at)];
    }
    return left < 0
      ? [clock, { text: `${duration(left)} overdue`, style: 'bad' }]
      : [clock, `${duration(left)} left`];
  });
}

function timelineLine(entry: LedgerEntry, paint: Paint): string {
  return entryLine(entry, paint, { incident: false });
}

function signed(at: string, by: string): string {
  return at === '' ? '' : `${moment(at)} by ${by}`;
}

function dim(text: string): Cell {
  return { text, style: 'dim' };
}
