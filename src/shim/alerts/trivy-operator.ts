import type { Json, JsonObject } from '../../domain/alert.ts';
import { goInstant, isObject, listOf, member, text } from './reading.ts';
import type { TrivyFinding } from './trivy-finding.ts';

/**
 * https://aquasecurity.github.io/trivy-operator/latest/tutorials/integrations/webhook/: a custom resource as it is, or,
 * where deleted ones are sent too, as `{"verb": "update" | "delete", "operatorObject": …}`.
 */
export function isOperatorReport(part: Json): part is JsonObject {
  const resource = resourceOf(part);
  return (
    text(member(resource, 'apiVersion')).startsWith('aquasecurity.github.io/') &&
    isObject(member(resource, 'report'))
  );
}

function resourceOf(part: Json): Json {
  return member(part, 'operatorObject') ?? part;
}

/** The member of a report that lists what was found, and how each of it is read. */
const LISTS: Readonly<Record<string, (finding: JsonObject) => Partial<TrivyFinding>>> = {
  vulnerabilities: (finding) => ({
    kind: 'vulnerability',
    id: text(member(finding, 'vulnerabilityID')),
    package: text(member(finding, 'resource')),
    installed_version: text(member(finding, 'installedVersion')),
    fixed_version: text(member(finding, 'fixedVersion')),
    message: text(member(finding, 'description')),
  }),
  secrets: (finding) => ({
    kind: 'secret',
    id: text(member(finding, 'ruleID')),
    message: text(member(finding, 'match')),
    place: text(member(finding, 'match')),
  }),
  checks: (finding) => ({
    kind: 'misconfiguration',
    id: text(member(finding, 'checkID')),
    message: listOf(member(finding, 'messages')).map(text).join(' '),
  }),
};

export function operatorFindings(part: JsonObject): (TrivyFinding | string)[] {
  const resource = resourceOf(part);
  const about = {
    ...{ artifact: artifactOf(resource), workload: workloadOf(resource) },
    at: goInstant(member(resource, 'report', 'updateTimestamp')),
    is_over: member(part, 'verb') === 'delete',
  };
  return Object.entries(LISTS).flatMap(([name, read]) =>
    listOf(member(resource, 'report', name))
      .filter((finding) => member(finding, 'success') !== true)
      .map((finding) =>
        isObject(finding)
          ? { ...ofFinding(finding), ...about, ...read(finding), finding }
          : `one of its ${name} is no object`,
      ),
  );
}

function ofFinding(finding: JsonObject) {
  const said = (name: string) => text(member(finding, name));
  return {
    kind: 'vulnerability' as const,
    ...{ id: '', package: '', installed_version: '', fixed_version: '', message: '', place: '' },
    severity: said('severity').toUpperCase(),
    title: said('title'),
    target: said('target'),
  };
}

/** As an image is named: `index.docker.io/library/nginx:1.16`. */
function artifactOf(resource: Json): TrivyFinding['artifact'] {
  const said = (...path: string[]) => text(member(resource, 'report', ...path));
  const server = said('registry', 'server');
  const tag = said('artifact', 'tag');
  const name = [
    server === '' ? '' : `${server}/`,
    said('artifact', 'repository'),
    tag === '' ? '' : `:${tag}`,
  ];
  return { name: name.join(''), digest: said('artifact', 'digest') };
}

function workloadOf(resource: Json): TrivyFinding['workload'] {
  const label = (name: string) => text(member(resource, 'metadata', 'labels', name));
  const namespace = label('trivy-operator.resource.namespace');
  return {
    kind: label('trivy-operator.resource.kind'),
    namespace: namespace === '' ? text(member(resource, 'metadata', 'namespace')) : namespace,
    name: label('trivy-operator.resource.name'),
    container: label('trivy-operator.container.name'),
  };
}

export function operatorDisagreements(part: Json): string[] {
  if (!isOperatorReport(part)) return [];
  const resource = resourceOf(part);
  const found = operatorFindings(part).filter((finding) => typeof finding !== 'string');
  const differing = ['critical', 'high', 'medium', 'low'].flatMap((name) => {
    const said = member(resource, 'report', 'summary', `${name}Count`);
    const counted = found.filter(({ severity }) => severity === name.toUpperCase()).length;
    return typeof said === 'number' && said !== counted ? [`${name} ${said} not ${counted}`] : [];
  });
  if (differing.length === 0) return [];
  return [`the summary says otherwise than what was found: ${differing.join(', ')}`];
}
