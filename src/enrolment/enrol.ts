import type { Enrolment } from '../domain/enrolment.ts';
import type { Identity } from '../domain/host-agent.ts';
import { fitKey } from '../evidence/tpm/attestation-key.ts';
import { endorsementName, parsePublic, qualifiedName } from '../evidence/tpm/public.ts';
import { groupFor, orFault, told } from './ask.ts';
import type { EnrolmentDeps } from './deps.ts';
import { showState } from './show-state.ts';
import { hex, trustByCertificate, trustByName, type ShownKeys } from './trust.ts';

export interface EnrolRequest {
  host: string;
  /** The Name of the key, compared by an operator; null: the certificate of the endorsement key must do. */
  trustName: string | null;
  /** Whether another key of the host may be in force already. */
  replace: boolean;
  approvedBy: string;
  note: string;
}

/**
 * Takes a host's key on, from which on its quotes count and nothing else does. Throws a Fault with a stable code for
 * whatever stands against it; nothing is then recorded.
 */
export async function enrolHost(deps: EnrolmentDeps, request: EnrolRequest): Promise<Enrolment> {
  const { host, trustName } = request;
  const group = groupFor(deps.policy, host);
  const keys = readKeys(await told(deps.hostAgent.identity(host)));
  orFault(() => fitKey(keys.ak.key));
  const trust =
    trustName === null
      ? await trustByCertificate(deps, host, keys)
      : trustByName(host, keys, trustName);
  const key = {
    host,
    ak_public: keys.identity.ak_public,
    ak_name: hex(keys.ak.name),
    ak_qualified_name: hex(qualifiedName(endorsementName(keys.ek), keys.ak)),
  };
  const { firmware_version } = await showState(deps, key, group);
  const enrolled_at = new Date(deps.now()).toISOString();
  const approval = { approved_by: request.approvedBy, enrolled_at, note: request.note };
  return deps.attestations.enrol(
    { ...key, firmware_version, ...trust, ...approval },
    request.replace,
  );
}

function readKeys(identity: Identity): ShownKeys {
  const read = (text: string) => orFault(() => parsePublic(Buffer.from(text, 'base64')));
  return { identity, ak: read(identity.ak_public), ek: read(identity.ek_public) };
}
