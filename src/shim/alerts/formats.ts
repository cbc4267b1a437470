import { admission } from './admission.ts';
import { alertmanager } from './alertmanager.ts';
import { asff } from './asff.ts';
import { cloudevents } from './cloudevents.ts';
import { envoy } from './envoy.ts';
import { extensionRuntime } from './extension-runtime.ts';
import { falco } from './falco.ts';
import { falcosidekick } from './falcosidekick.ts';
import type { AlertFormat } from './format.ts';
import { grafana } from './grafana.ts';
import { hubble } from './hubble.ts';
import { keylime } from './keylime.ts';
import { kyverno } from './kyverno.ts';
import { ocsf } from './ocsf.ts';
import { opa } from './opa.ts';
import { tetragon } from './tetragon.ts';
import { trivy } from './trivy.ts';

/** All that are known. Where two would recognise one document, the narrower stands first. */
export const FORMATS: readonly AlertFormat[] = [
  falcosidekick,
  falco,
  hubble,
  tetragon,
  opa,
  alertmanager,
  grafana,
  kyverno,
  trivy,
  admission,
  keylime,
  asff,
  ocsf,
  extensionRuntime,
  envoy,
  cloudevents,
];
