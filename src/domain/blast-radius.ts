import { imageDigestOf } from './image-digest.ts';
import type { BlastRadius, Inventory, Reach } from './inventory.ts';
import type { Subject } from './report.ts';

/** Of each kind: what is planned for each of them is kept in an incident's history, which has its limits. */
export const MOST_REACHED = 256;

/**
 * All that the subject of an incident can have reached, itself included. What runs an image that it names counts as
 * affected, by digest; a host on which it names nothing that is known counts as a whole. `digest`: SHA-256 of the
 * inventory in canonical JSON.
 */
export function blastRadiusOf(inventory: Inventory, subject: Subject, digest: string): BlastRadius {
  const affected = affectedAgents(inventory, subject);
  const found = [
    ...named(withoutKnown(inventory, subject)),
    ...[...affected].flatMap((name) => reachOf(inventory, name)),
    ...operatorsReach(inventory, subject),
  ];
  const left_out: BlastRadius['left_out'] = {};
  const listed = (reach: Reach) => {
    const all = distinct(found.filter(([kind]) => kind === reach).map(([, each]) => each));
    if (all.length > MOST_REACHED) left_out[reach] = all.length - MOST_REACHED;
    return all.slice(0, MOST_REACHED);
  };
  const reaches = {
    agents: listed('agents'),
    containers: listed('containers'),
    identities: listed('identities'),
    images: listed('images'),
    secrets: listed('secrets'),
    state: listed('state'),
    consumers: listed('consumers'),
  } satisfies Record<Reach, Subject[]>;
  return { inventory: digest, reaches, left_out };
}

type Found = [Reach, Subject];
type Agent = Inventory['agents'][string];

function affectedAgents({ agents, operators }: Inventory, subject: Subject): Set<string> {
  const all = Object.entries(agents);
  const operated = ownOf(operators, subject.operator)?.agents ?? [];
  const meant = all.filter(([name, agent]) => isMeant(name, agent, subject)).map(([name]) => name);
  const affected = new Set([...meant, ...operated]);
  const isNarrower = NARROWER.some((field) => subject[field] !== undefined);
  if (affected.size > 0 || isNarrower || subject.host === undefined) return affected;
  return new Set(all.filter(([, { host }]) => host === subject.host).map(([name]) => name));
}

/** What tells more than the host on which it is, also where the inventory does not know it. */
const NARROWER = [
  'agent',
  'container',
  'identity',
  'image',
  'operator',
  'secret',
  'state',
] as const;

function isMeant(name: string, agent: Agent, subject: Subject): boolean {
  const digest = imageDigestOf(subject.image);
  return (
    name === subject.agent ||
    (subject.identity !== undefined && agent.identity === subject.identity) ||
    (digest !== null && imageDigestOf(agent.image) === digest) ||
    (subject.state !== undefined && agent.state.includes(subject.state)) ||
    (subject.secret !== undefined && agent.secrets.includes(subject.secret)) ||
    isContainer(agent, subject)
  );
}

/** Containers of two hosts may have one name. */
function isContainer({ container, host }: Agent, subject: Subject): boolean {
  if (subject.container === undefined || container !== subject.container) return false;
  return host === undefined || subject.host === undefined || host === subject.host;
}

/** A container that the inventory knows is listed as it stands there, with its host and its agent. */
function withoutKnown({ agents }: Inventory, { container, ...others }: Subject): Subject {
  const subject = { ...others, ...(container !== undefined && { container }) };
  return Object.values(agents).some((agent) => isContainer(agent, subject)) ? others : subject;
}

/** The report's own things, whether or not the inventory knows them. */
function named({ agent, container, host, identity, image, secret, state }: Subject): Found[] {
  const found: (Found | false)[] = [
    agent !== undefined && ['agents', { agent }],
    container !== undefined && [
      'containers',
      { ...(host !== undefined && { host }), container, ...(agent !== undefined && { agent }) },
    ],
    identity !== undefined && ['identities', { identity }],
    image !== undefined && ['images', { image: imageDigestOf(image) ?? image }],
    secret !== undefined && ['secrets', { secret }],
    state !== undefined && ['state', { state }],
  ];
  return found.filter((each) => each !== false);
}

function reachOf({ agents }: Inventory, agent: string): Found[] {
  const known = ownOf(agents, agent);
  if (known === undefined) return [['agents', { agent }]];
  const { host, container, identity, image, secrets, state, consumers } = known;
  return [
    ...named({
      agent,
      ...(host !== undefined && { host }),
      ...(container !== undefined && { container }),
      ...(identity !== undefined && { identity }),
      ...(image !== undefined && { image }),
    }),
    ...secrets.map((secret): Found => ['secrets', { secret }]),
    ...state.map((each): Found => ['state', { state: each }]),
    ...consumers.map((consumer): Found => ['consumers', { agent: consumer }]),
  ];
}

/** Every secret of the vaults that an operator can open; what its agents reach is reached like any agent's. */
function operatorsReach({ operators, vaults }: Inventory, { operator }: Subject): Found[] {
  const opened = ownOf(operators, operator)?.vaults ?? [];
  return opened.flatMap((vault) =>
    (ownOf(vaults, vault) ?? []).map((item): Found => ['secrets', { secret: `${vault}/${item}` }]),
  );
}

function distinct(subjects: Subject[]): Subject[] {
  const byKey = new Map(subjects.map((subject) => [keyOf(subject), subject]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, subject]) => subject);
}

/** The members are always written in one order. */
function keyOf({ host, container, agent, ...others }: Subject): string {
  return JSON.stringify([host, container, agent, Object.values(others)]);
}

/** A name may be one that every object inherits. */
function ownOf<T>(record: Record<string, T>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
