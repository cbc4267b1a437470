import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertFormatName, Json } from '../../src/domain/alert.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { documentsOf } from '../../src/shim/alerts/documents.ts';
import { listOf, member, objectOf } from '../../src/shim/alerts/reading.ts';
import { contentTypeOf } from '../../src/shim/alerts/samples.ts';

/** One alert of a shipped sample: which, and the words in it that tell it from every other. */
interface Sample {
  file: string;
  /** The document that holds nothing but this alert. */
  alone: (documents: readonly Json[]) => Json | undefined;
  says: string;
}

const nth = (place: number) => (documents: readonly Json[]) => documents[place];
const inList =
  (place: number) =>
  ([list]: readonly Json[]) =>
    listOf(list)[place];

/** A group of alerts, with its first alone. */
const firstOfGroup = ([group]: readonly Json[]) => ({
  ...objectOf(group),
  alerts: listOf(member(group, 'alerts')).slice(0, 1),
});

/** Each falls under a rule, and what is told apart by these words has one cause. */
const SAMPLES: Readonly<Record<AlertFormatName, Sample>> = {
  falco: { file: 'falco-kubernetes.ndjson', alone: nth(1), says: 'gparent=containerd-shim' },
  falcosidekick: {
    file: 'falcosidekick-forwarded.json',
    alone: nth(0),
    says: 'container_id=ee97d9c4186f',
  },
  hubble: {
    file: 'hubble-export.ndjson',
    alone: nth(1),
    says: 'c1a6a1de-97cb-4b0b-9a3c-6d0b9d1c2f01',
  },
  tetragon: {
    file: 'tetragon-export.ndjson',
    alone: nth(1),
    says: 'd29ya2VyLTM6MTIzNDU2Nzg5MDoyMDAx',
  },
  opa: {
    file: 'opa-decisions.json',
    alone: inList(0),
    says: '8a4e0c1e-0001-4b1a-9e57-1f7a2f6a0001',
  },
  envoy: {
    file: 'envoy-istio.ndjson',
    alone: nth(0),
    says: '6f0a6c0e-3a38-4f0e-9d45-5cf2f0c6a1b2',
  },
  alertmanager: {
    file: 'alertmanager-firing.json',
    alone: firstOfGroup,
    says: '7f3bb0c7a2b1d9e4',
  },
  grafana: { file: 'grafana.json', alone: firstOfGroup, says: 'c6eadffa33fcdf37' },
  kyverno: {
    file: 'kyverno-policy-reporter.json',
    alone: nth(0),
    says: 'no matching signatures',
  },
  trivy: { file: 'trivy-operator.ndjson', alone: nth(1), says: 'secret_key: *****' },
  admission: {
    file: 'admission-review.json',
    alone: nth(0),
    says: '705ab4f5-6393-11e8-b7cc-42010a800002',
  },
  keylime: {
    file: 'keylime-revocation-file.json',
    alone: nth(0),
    says: 'Tue Feb  3 04:00:00 2026',
  },
  asff: {
    file: 'asff-guardduty.json',
    alone: nth(0),
    says: 'finding/a6c556fcbc9bea427a19f8b787099a0b',
  },
  ocsf: { file: 'ocsf-findings.json', alone: inList(0), says: 'f-rootkit' },
  extension_runtime: {
    file: 'extension-runtime-alerts.json',
    alone: ([document]) => listOf(member(document, 'alerts'))[1],
    says: '0000000000003dde',
  },
  cloudevents: { file: 'cloudevents-report.json', alone: nth(0), says: 'guard-0001' },
};

/** A line of JSON with an alert that it has not given before. */
export type Distinct = () => string;

export function distinctAlerts(format: AlertFormatName): Promise<Distinct> {
  return distinctBy(SAMPLES[format]);
}

/** Of Falco, critical, each about a container of its own: a cause, and so an incident, of its own. */
export function criticalAlerts(): Promise<Distinct> {
  return distinctBy({ file: 'falco-kubernetes.ndjson', alone: nth(2), says: '4f1c0b6a9d2e' });
}

/** With another number each time behind the words that tell it from others, wherever these stand. */
async function distinctBy({ file, alone, says }: Sample): Promise<Distinct> {
  const text = await readFile(join(SHIPPED_POLICY, 'detectors', 'samples', file), 'utf8');
  const line = JSON.stringify(alone(documentsOf(text, contentTypeOf(file)).documents));
  const parts = line.split(says);
  if (parts.length < 2) throw new Error(`no alert in ${file} says ${says}`);
  let number = 0;
  return () => parts.join(`${says}-${(number += 1)}`);
}
