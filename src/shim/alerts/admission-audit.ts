import type { Json } from '../../domain/alert.ts';
import type { Denial } from './admission-denial.ts';
import { firstInstant, isObject, listOf, member, objectOf, text } from './reading.ts';

/** How far a request has come: a denial is there when it is answered. */
const ANSWERED: readonly string[] = ['ResponseComplete', 'ResponseStarted', 'Panic'];

const REFUSED = /denied (?:the )?request|violates PodSecurity|is forbidden/;

/**
 * An event of the audit log: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Event.
 * Null where the request was not denied. A denial is 403, by authorization or by admission; or 400 or 422 with words in
 * which a webhook or a policy has denied it.
 */
export function denialOfAudit(part: Json): Denial | null | string {
  const said = (...path: string[]) => text(member(part, ...path));
  if (!isObject(part) || said('auditID') === '') return 'it is an audit event without an auditID';
  if (!ANSWERED.includes(said('stage'))) return null;
  const code = member(part, 'responseStatus', 'code');
  const annotations = objectOf(member(part, 'annotations'));
  const message = said('responseStatus', 'message');
  const isForbidden = member(annotations, 'authorization.k8s.io/decision') === 'forbid';
  if (code !== 403 && !isForbidden && !(code !== 200 && REFUSED.test(message))) return null;
  return {
    form: 'audit',
    identity: [said('auditID')],
    at: firstInstant(member(part, 'stageTimestamp'), member(part, 'requestReceivedTimestamp')),
    message,
    reason: said('responseStatus', 'reason'),
    code: typeof code === 'number' ? code : 0,
    verb: said('verb'),
    user: said('user', 'username'),
    address: text(listOf(member(part, 'sourceIPs'))[0]),
    resource: {
      kind: said('objectRef', 'resource'),
      subresource: said('objectRef', 'subresource'),
      namespace: said('objectRef', 'namespace'),
      name: said('objectRef', 'name'),
      uid: said('objectRef', 'uid'),
    },
    images: [],
    document: withoutBodies(part),
  };
}

/** Bodies are there at the levels Request and RequestResponse, and may hold secrets. */
function withoutBodies(part: Json): Denial['document'] {
  const { requestObject: _request, responseObject: _response, ...rest } = objectOf(part);
  return { ...rest, annotations: objectOf(member(part, 'annotations')) };
}
