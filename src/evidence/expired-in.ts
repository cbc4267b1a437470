import type { IncidentEvent } from '../domain/events.ts';
import type { EvidenceRef } from '../domain/evidence.ts';
import { eventIn } from '../domain/recorded.ts';
import type { AnyBundle } from './bundle-seal.ts';

interface Course {
  tombstone: EvidenceRef;
  gone: boolean;
}

/** The objects that were removed because their time was over, by the entries of a bundle, each with its tombstone. */
export function expiredIn(bundle: AnyBundle): Map<string, EvidenceRef> {
  const courses = new Map<string, Course>();
  for (const entry of bundle.audit_entries) {
    const event = 'key' in entry ? eventIn(entry)?.event : undefined;
    if (event) follow(courses, event);
  }
  const gone = [...courses].filter(([, course]) => course.gone);
  return new Map(gone.map(([sha256, { tombstone }]) => [sha256, tombstone]));
}

function follow(courses: Map<string, Course>, event: IncidentEvent): void {
  // What is captured again is there again.
  if (event.type === 'captured') event.artifacts.forEach(({ sha256 }) => courses.delete(sha256));
  if (event.type !== 'custody') return;
  for (const { sha256, tombstone } of event.what) {
    const course = courses.get(sha256);
    if (event.touch === 'marked' && tombstone) courses.set(sha256, { tombstone, gone: false });
    else if (event.touch === 'unmarked') courses.delete(sha256);
    else if (course && isGoing(event.touch)) course.gone = true;
  }
}

function isGoing(touch: Extract<IncidentEvent, { type: 'custody' }>['touch']): boolean {
  return touch === 'removing' || touch === 'removed';
}
