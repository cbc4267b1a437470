import type { Json, JsonObject } from '../../domain/alert.ts';
import { goInstant, isObject, listOf, member, objectOf, text, word } from './reading.ts';
import type { TrivyFinding } from './trivy-finding.ts';

/** https://trivy.dev/docs/latest/configuration/reporting/#json, of schema 2, and of a cluster's resources. */
export function isScanReport(part: Json): part is JsonObject {
  return isObject(part) && (isOfArtifact(part) || isOfCluster(part));
}

function isOfArtifact(part: JsonObject): boolean {
  return member(part, 'SchemaVersion') === 2 && text(member(part, 'ArtifactName')) !== '';
}

/** `trivy k8s`: what it found, resource by resource. */
function isOfCluster(part: JsonObject): boolean {
  return text(member(part, 'ClusterName')) !== '' && clusterResources(part).length > 0;
}

function clusterResources(report: JsonObject): JsonObject[] {
  return ['Resources', 'Findings'].flatMap((name) => listOf(member(report, name))).filter(isObject);
}

export function scanFindings(report: JsonObject): (TrivyFinding | string)[] {
  const artifact = artifactOf(report);
  const at = goInstant(member(report, 'CreatedAt'));
  const holders = isOfArtifact(report) ? [report] : clusterResources(report);
  return holders.flatMap((holder) => {
    const about = { artifact, at, workload: workloadOf(holder), is_over: false };
    return listOf(member(holder, 'Results')).flatMap((result) => ofResult(result, about));
  });
}

type About = Pick<TrivyFinding, 'artifact' | 'at' | 'workload' | 'is_over'>;

/** An image is what its digest says; a directory has only its name. */
function artifactOf(report: JsonObject): TrivyFinding['artifact'] {
  const digests = [member(report, 'Metadata', 'ImageID'), member(report, 'ArtifactID')];
  const digest = digests.map(text).find((found) => found !== '') ?? '';
  const names = [member(report, 'ArtifactName'), member(report, 'ClusterName')];
  return { name: names.map(text).find((found) => found !== '') ?? '', digest };
}

function workloadOf(holder: JsonObject): TrivyFinding['workload'] {
  const [kind, namespace, name] = ['Kind', 'Namespace', 'Name'].map((key) =>
    text(member(holder, key)),
  );
  return { kind: kind ?? '', namespace: namespace ?? '', name: name ?? '', container: '' };
}

function ofResult(result: Json, about: About): (TrivyFinding | string)[] {
  const target = text(member(result, 'Target'));
  const each = (name: string, read: (finding: JsonObject) => Partial<TrivyFinding>) =>
    listOf(member(result, name)).map((finding) =>
      isObject(finding)
        ? { ...ofFinding(finding, target), ...about, ...read(finding), finding }
        : `one of its ${name} is no object`,
    );
  return [
    ...each('Vulnerabilities', vulnerability),
    ...each('Misconfigurations', misconfiguration).filter(hasFailed),
    ...each('Secrets', secret),
    ...each('Licenses', license),
  ];
}

/** What all kinds have. */
function ofFinding(finding: JsonObject, target: string) {
  const said = (name: string) => text(member(finding, name));
  return {
    kind: 'vulnerability' as const,
    ...{ id: '', package: '', installed_version: '', fixed_version: '', message: '', place: '' },
    ...{ severity: said('Severity').toUpperCase(), title: said('Title'), target },
  };
}

function vulnerability(finding: JsonObject): Partial<TrivyFinding> {
  const said = (name: string) => text(member(finding, name));
  return {
    kind: 'vulnerability',
    id: said('VulnerabilityID'),
    package: said('PkgName'),
    installed_version: said('InstalledVersion'),
    fixed_version: said('FixedVersion'),
    message: said('Description'),
    place: said('PkgPath'),
  };
}

function misconfiguration(finding: JsonObject): Partial<TrivyFinding> {
  const cause = objectOf(member(finding, 'CauseMetadata'));
  const ids = ['ID', 'AVDID'].map((name) => text(member(finding, name)));
  return {
    kind: 'misconfiguration',
    id: ids.find((id) => id !== '') ?? '',
    message: text(member(finding, 'Message')),
    place: [text(member(cause, 'Resource')), word(member(cause, 'StartLine'))].join(':'),
  };
}

/** With `--include-non-failures` a report has those too that passed. */
function hasFailed(found: TrivyFinding | string): boolean {
  if (typeof found === 'string') return true;
  return ['', 'FAIL'].includes(text(member(found.finding, 'Status')));
}

/** Trivy has put asterisks where the secret was. */
function secret(finding: JsonObject): Partial<TrivyFinding> {
  return {
    kind: 'secret',
    id: text(member(finding, 'RuleID')),
    message: text(member(finding, 'Match')),
    place: word(member(finding, 'StartLine')),
  };
}

function license(finding: JsonObject): Partial<TrivyFinding> {
  return {
    kind: 'license',
    id: text(member(finding, 'Name')),
    package: text(member(finding, 'PkgName')),
    place: text(member(finding, 'FilePath')),
  };
}
