import type { Json } from '../../domain/alert.ts';
import type { Denial } from './admission-denial.ts';
import { isObject, listOf, member, objectOf, text } from './reading.ts';

/**
 * AdmissionReview: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response.
 * Null where the response allows. The request may stand beside the response, which only has its uid.
 */
export function denialOfReview(part: Json): Denial | null | string {
  const response = member(part, 'response');
  if (!isObject(part) || !isObject(response)) return 'it is a review without a response';
  if (member(response, 'allowed') === true) return null;
  const uid = text(member(response, 'uid'));
  if (uid === '' || member(response, 'allowed') !== false) return 'its response decides nothing';
  const request = objectOf(member(part, 'request'));
  // What is only tried is not meant to come in.
  if (member(request, 'dryRun') === true) return null;
  const said = (...path: string[]) => text(member(request, ...path));
  const code = member(response, 'status', 'code');
  return {
    form: 'review',
    identity: [uid],
    at: '',
    message: text(member(response, 'status', 'message')),
    reason: text(member(response, 'status', 'reason')),
    code: typeof code === 'number' ? code : 0,
    verb: said('operation'),
    user: said('userInfo', 'username'),
    address: '',
    resource: {
      kind: said('kind', 'kind'),
      subresource: said('subResource'),
      namespace: said('namespace'),
      name: [said('name'), said('object', 'metadata', 'generateName')].find((n) => n !== '') ?? '',
      uid: said('object', 'metadata', 'uid'),
    },
    images: imagesIn(request),
    document: withoutObjects(part),
  };
}

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Of a pod, or of what makes pods. */
function imagesIn(request: Json): string[] {
  const specs = [['spec'], ['spec', 'template', 'spec']].map((path) =>
    member(request, 'object', ...path),
  );
  const containers = specs.flatMap((spec) =>
    CONTAINERS.flatMap((name) => listOf(member(spec, name))),
  );
  return containers.map((each) => text(member(each, 'image'))).filter((image) => image !== '');
}

/** An object may hold secrets, and is of no use to a rule beyond its images. */
function withoutObjects(part: Json): Denial['document'] {
  const { object: _object, oldObject: _oldObject, ...request } = objectOf(member(part, 'request'));
  return { ...objectOf(part), request };
}
