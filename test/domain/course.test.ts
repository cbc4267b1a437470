import { describe, expect, it } from 'vitest';
import { courseAfter, firstCourse, hasLeftItsPlan, severer } from '../../src/domain/course.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { courseSchema, type Course, type Plan } from '../../src/domain/plan.ts';
import {
  AIRLOCK,
  COURSE,
  FREEZE,
  furtherFreeze,
  HAPPENS,
  incidentAfter,
  LATCHED,
  reported,
} from '../support/incidents.ts';
import { NO_CAPTURE } from '../support/captures.ts';
import { playbookPlan } from '../support/playbooks.ts';

const CRITICAL: Course = { ...COURSE, ...LATCHED };
const { raised } = HAPPENS;
const subject = { host: 'host-2' };
const FURTHER = furtherFreeze(subject);
const widened = HAPPENS.widened(subject);

describe('the severer of two courses', () => {
  it('is the later one, and requires what either does', () => {
    const milder = { ...COURSE, severity: 'critical', auto_contain: false } as const;
    expect(severer(CRITICAL, milder)).toEqual({ ...milder, ...LATCHED, auto_contain: true });
    expect(severer(COURSE, CRITICAL)).toEqual(CRITICAL);
  });

  it('captures all that either does', () => {
    const before = { ...COURSE, capture: { ...NO_CAPTURE, targets: ['agent'], host_ms: 7 } };
    const after = { ...CRITICAL, capture: { ...NO_CAPTURE, targets: ['vault'], quote: true } };
    expect(severer(before, after).capture).toEqual({
      ...NO_CAPTURE,
      targets: ['agent', 'vault'],
      quote: true,
      host_ms: 7,
    });
  });
});

describe('the course after', () => {
  it.each([
    ['an escalation', HAPPENS.escalated({ ...LATCHED, actions: [FREEZE, AIRLOCK] })],
    ['a raise', raised({ ...LATCHED, actions: [AIRLOCK] })],
  ])('%s does what was planned before, and more', (_what, event) => {
    const course = courseAfter(COURSE, event);
    expect(course).toMatchObject(LATCHED);
    expect(course.actions).toEqual([FREEZE, AIRLOCK]);
  });

  it('a widening does more, and requires no more', () => {
    expect(courseAfter(COURSE, widened)).toEqual({ ...COURSE, actions: [FREEZE, FURTHER] });
  });

  it('all of them has the actions of all, each once', () => {
    const events: IncidentEvent[] = [
      widened,
      raised({ actions: [FREEZE, FURTHER, AIRLOCK] }),
      HAPPENS.escalated(LATCHED),
    ];
    const course = events.reduce<Course>(courseAfter, COURSE);
    expect(course.actions).toEqual([FREEZE, FURTHER, AIRLOCK]);
    expect(course).toMatchObject(LATCHED);
  });

  it('anything else is the same', () => {
    expect(courseAfter(COURSE, HAPPENS.contained)).toBe(COURSE);
  });

  it('is not to be read out of the plan once the incident was raised or widened', () => {
    expect(hasLeftItsPlan(incidentAfter({}, raised(LATCHED)))).toBe(true);
    expect(hasLeftItsPlan(incidentAfter({}, widened))).toBe(true);
    expect(hasLeftItsPlan(incidentAfter({}, HAPPENS.escalated(LATCHED)))).toBe(false);
  });
});

describe('the course that a plan begins with', () => {
  it('is a course and nothing else, so that an event can tell of it', () => {
    const plan: Plan = { ...reported().event.plan, playbook: playbookPlan() };
    expect(courseSchema.safeParse(firstCourse(plan)).error).toBeUndefined();
  });
});
