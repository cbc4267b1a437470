import type { Alert, JsonObject } from '../../domain/alert.ts';

/** What Trivy and its operator both say of one finding, in different words. */
export interface TrivyFinding {
  kind: 'vulnerability' | 'misconfiguration' | 'secret' | 'license';
  /** CVE-2019-14697, KSV017, aws-access-key-id, GPL-3.0. */
  id: string;
  /** UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL. */
  severity: string;
  title: string;
  package: string;
  installed_version: string;
  /** '' while there is none. */
  fixed_version: string;
  message: string;
  /** In the artifact: a file, or its operating system. */
  target: string;
  /** Where in the target, if that tells it from another. */
  place: string;
  artifact: { name: string; digest: string };
  /** '' where the artifact was looked at by itself. */
  workload: { kind: string; namespace: string; name: string; container: string };
  /** UTC with milliseconds, or ''. */
  at: string;
  /** Its report was taken back. */
  is_over: boolean;
  /** As it came. */
  finding: JsonObject;
}

export function trivyAlert(found: TrivyFinding): Alert | string {
  if (found.id === '') return 'it has no id';
  const { artifact, workload } = found;
  const where = [workload.namespace, workload.kind, workload.name, workload.container];
  const title = found.title === '' ? found.id : `${found.id}: ${found.title}`;
  return {
    kind: found.is_over ? 'cleared' : 'finding',
    identity: [
      ...[artifact.name, artifact.digest, ...where, found.target, found.place],
      ...[found.kind, found.id, found.package, found.installed_version],
      ...(found.is_over ? ['taken back'] : []),
    ],
    occurred_at: found.at,
    title,
    facts: { ...found, title, workload: { ...workload }, artifact: { ...artifact } },
  };
}
