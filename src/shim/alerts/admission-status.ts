import type { Json } from '../../domain/alert.ts';
import type { Denial } from './admission-denial.ts';
import { isObject, member, text, word } from './reading.ts';

/** A webhook may choose its code; these are the ones that the API server and known webhooks deny with. */
const DENIALS: readonly unknown[] = [400, 401, 403, 406, 422];

/** Of a namespace a status says nothing; Kyverno does in its words. */
const BLOCKED = /resource [A-Za-z]{1,63}\/([a-z0-9-]{1,63})\/[a-z0-9.-]{0,253} was blocked/;

/**
 * What the API server answers a request with: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/.
 * Null for a success, and for a failure of another kind.
 */
export function denialOfStatus(part: Json): Denial | null | string {
  const code = member(part, 'code');
  const said = (...path: string[]) => text(member(part, ...path));
  if (!isObject(part) || said('message') === '') return 'it is a status without a message';
  if (said('status') === 'Success' || !DENIALS.includes(code)) return null;
  return {
    form: 'status',
    identity: [
      ...[word(code), said('reason'), said('message')],
      ...[said('details', 'kind'), said('details', 'name'), said('details', 'uid')],
    ],
    at: '',
    message: said('message'),
    reason: said('reason'),
    code: typeof code === 'number' ? code : 0,
    ...{ verb: '', user: '', address: '' },
    resource: {
      kind: said('details', 'kind'),
      subresource: '',
      namespace: BLOCKED.exec(said('message'))?.[1] ?? '',
      name: said('details', 'name'),
      uid: said('details', 'uid'),
    },
    images: [],
    document: part,
  };
}
