import type { PolicyPart } from '../../src/intake/policy-source.ts';

/** One change to one file of the shipped policy, for which the whole is refused. */
interface Break {
  part: PolicyPart;
  from: string;
  to: string;
  reason: RegExp;
  /** Found on the line that is to blame; the replacement itself where it is not given. */
  blamed?: string;
}

const hook = (members: string) => `webhooks:\n  - { name: a, secret_file: s, ${members} }`;
export const BREAKS: Readonly<Record<string, Break>> = {
  'an unknown action': {
    part: 'containment',
    from: '[quarantine_model, freeze_agent]',
    to: '[quarantine_model, fry_agent]',
    reason: /^rules\.manifest_mismatch\.actions\[1\]: targets\.yaml has no action fry_agent$/,
  },
  'a check of no target': {
    part: 'baseline',
    from: 'target: vault',
    to: 'target: fault',
    reason: /^checks\.vault_locked\.target: targets\.yaml has no target fault$/,
  },
  'a check of no kind': {
    part: 'baseline',
    from: 'kind: shared_state',
    to: 'kind: hearsay',
    reason: /^checks\.shared_state\.kind: /,
  },
  'an unknown severity': {
    part: 'containment',
    from: 'default_severity: medium',
    to: 'default_severity: dire',
    reason: /^rules\.tool_call_burst\.default_severity: /,
  },
  'an unknown member': {
    part: 'containment',
    from: 'auto_contain: true',
    to: 'auto_contian: true',
    reason: /^rules\.attestation_failure\.auto_contian: is not known here$/,
  },
  'a missing member': {
    part: 'containment',
    from: '    auto_contain: true\n',
    to: '',
    blamed: 'attestation_failure:',
    reason: /^rules\.attestation_failure\.auto_contain: is missing$/,
  },
  'a class that is no name': {
    part: 'containment',
    from: 'integrity_violation:',
    to: 'Integrity-Violation:',
    reason: /is not a lower_case name$/,
  },
  'another version': {
    part: 'recovery',
    from: 'version: 1',
    to: 'version: 2',
    reason: /^version: /,
  },
  'an escalation of no class': {
    part: 'escalation',
    from: 'tool_call_burst:',
    to: 'tool_call_flood:',
    reason: /has no rule for tool_call_flood$/,
  },
  'a latch of no class': {
    part: 'recovery',
    from: '- manifest_mismatch',
    to: '- manifest_mistake',
    reason: /^latched\[3\]: incident-containment\.yaml has no rule for manifest_mistake$/,
  },
  'a reporter of no class': {
    part: 'reporters',
    from: 'registry: [manifest_mismatch]',
    to: 'registry: [nonsense]',
    reason: /^reporters\.registry: .* no rule for nonsense$/,
  },
  'a reporter of a class that is no name': {
    part: 'reporters',
    from: 'registry: [manifest_mismatch]',
    to: 'registry: [Manifest]',
    reason: /^reporters\.registry\[0\]: is not a lower_case name$/,
  },
  'a reporter in an unknown format': {
    part: 'reporters',
    from: 'formats: [tetragon]',
    to: 'formats: [tetragram]',
    reason: /^reporters\.tetragon\.formats\[0\]: /,
  },
  'a certificate of two': {
    part: 'reporters',
    from: '  opa:\n',
    to: '  first:\n    certificate: one\n    classes: [tool_call_burst]\n  opa:\n    certificate: "one"\n',
    blamed: '"one"',
    reason: /^reporters\.opa\.certificate: first has the certificate one already$/,
  },
  'a reserved reporter': {
    part: 'reporters',
    from: 'registry:',
    to: 'admin:',
    reason: /is a reserved name$/,
  },
  'an unknown action of an escalation': {
    part: 'escalation',
    from: 'threshold: 3',
    to: 'actions: [explode]\n    threshold: 3',
    blamed: 'explode',
    reason: /^windows\.prompt_injection\.actions\[0\]: /,
  },
  'a threshold of zero': {
    part: 'escalation',
    from: 'threshold: 3',
    to: 'threshold: 0',
    reason: /^windows\.prompt_injection\.threshold: /,
  },
  'a duration without unit': {
    part: 'escalation',
    from: 'window: 5m',
    to: 'window: 300',
    reason: /^windows\.prompt_injection\.window: /,
  },
  'a variable': {
    part: 'recovery',
    from: 'deadline: 10s',
    to: 'deadline: ${DEADLINE}',
    reason: /^variables are not replaced/,
  },
  'a duplicate key': {
    part: 'recovery',
    from: 'deadline: 10s',
    to: 'deadline: 10s\n  deadline: 9s',
    blamed: '9s',
    reason: /unique/,
  },
  'an alias': {
    part: 'reporters',
    from: 'registry: [manifest_mismatch]',
    to: 'registry: *all',
    reason: /^\*all: aliases are not read$/,
  },
  'a tag': {
    part: 'recovery',
    from: 'deadline: 10s',
    to: 'deadline: !secret 10s',
    reason: /tag/,
  },
  'an action without its target': {
    part: 'targets',
    from: 'target: airlock',
    to: 'target: airlook',
    reason: /no target is named airlook$/,
  },
  'a host at the edge that nobody can reach': {
    part: 'targets',
    from: 'edge: block_source',
    to: 'edge: block_source\n    at: edge-1',
    blamed: 'at: edge-1',
    reason: /^actions\.block_source_on_host\.at: attestation.yaml has no host edge-1$/,
  },
  'a recycling of blocked images': {
    part: 'targets',
    from: 'unless: block_image } # destroys',
    to: 'unless: block_images } # destroys',
    reason: /no action of a target is named block_images$/,
  },
  'a webhook without secret': {
    part: 'notifications',
    from: 'webhooks: []',
    to: 'webhooks:\n  - { name: a, url: "https://a.example/", events: [contained] }',
    blamed: '{ name: a',
    reason: /^webhooks\[0\]\.secret_file: is missing$/,
  },
  'a misspelt event': {
    part: 'notifications',
    from: 'webhooks: []',
    to: hook('url: "https://a.example/", events: [contain]'),
    blamed: '{ name: a',
    reason: /^webhooks\[0\]\.events\[0\]: there is no event contain$/,
  },
  'a golden value that is too short': {
    part: 'attestation',
    from: '0103c34f2c0165223fea363bb086a1c8100a8968b09c6c5d90458f0235681ba0',
    to: '0103c34f2c0165223fea363bb086a1c8',
    blamed: 'boot:',
    reason:
      /^groups\.practice\.baselines\.boot: PCR 0 of sha256 must have 64 lower-case hex digits$/,
  },
  'a golden value that is missing': {
    part: 'attestation',
    from: "'7': 0d21",
    to: "'8': 0d21",
    blamed: 'boot:',
    reason: /^groups\.practice\.baselines\.boot: PCR 7 of sha256 has no known-good value$/,
  },
  'a golden value twice, once without quotes': {
    part: 'attestation',
    from: "'2': 72622",
    to: '0: 72622',
    reason: /unique/,
  },
  'a PCR that whoever runs on the host may reset': {
    part: 'attestation',
    from: 'pcrs: [0, 2, 4, 7]',
    to: 'pcrs: [0, 2, 4, 16]',
    blamed: 'pcr_selection:',
    reason: /^groups\.practice\.pcr_selection: PCR 16 can be reset by whoever runs on the host$/,
  },
  'a host in two groups': {
    part: 'attestation',
    from: 'groups:\n  practice:',
    to: `groups:\n  first: { hosts: [practice-host], assurance: [hardware], pcr_selection: [{ bank: sha256, pcrs: [8] }], baselines: {} }\n  practice:`,
    blamed: '    hosts: [practice-host]',
    reason: /^groups\.practice\.hosts\[0\]: practice-host is in a group already$/,
  },
  'a host without a place': {
    part: 'attestation',
    from: '    hosts: [practice-host]',
    to: '    hosts: [practice-host, web-1]',
    reason: /^groups\.practice\.hosts\[1\]: hosts does not say where web-1 is$/,
  },
  'a host in two places': {
    part: 'attestation',
    from: 'practice-host: { unix: run/host.sock,',
    to: 'practice-host: { unix: run/host.sock, url: "https://h.example/",',
    reason: /^hosts\.practice-host: give exactly one of url and unix$/,
  },
  'a reset after no class': {
    part: 'attestation',
    from: 'reset_required: []',
    to: 'reset_required: [integrity_violation, boot_kit]',
    reason:
      /^groups\.practice\.reset_required\[1\]: incident-containment\.yaml has no rule for boot_kit$/,
  },
  'a baseline that another one stands for': {
    part: 'attestation',
    from: 'boot:\n        sha256:',
    to: 'boot: *spring\n    more:\n        sha256:',
    blamed: '*spring',
    reason: /^\*spring: aliases are not read$/,
  },
  'a webhook by ftp': {
    part: 'notifications',
    from: 'webhooks: []',
    to: hook('url: "ftp://a.example/", events: [contained]'),
    blamed: '{ name: a',
    reason: /^webhooks\[0\]\.url: /,
  },
};
