/** What to do next, by the code of a refusal, for somebody who was woken up by it. */
const ADVICE: Readonly<Record<string, string>> = {
  unreachable: 'start it with `cordon up`, or say where it is with --url or CORDON_URL',
  timeout: 'ask `cordon doctor` what is slow; a command that was sent may be repeated without harm',
  not_cordon:
    'check --url and CORDON_URL: something else answers there, or another version of Cordon',
  unauthenticated: 'name the file of your token with --token-file or CORDON_TOKEN_FILE',
  forbidden:
    'use the token of a person with that role; `cordon principal list` shows who has which',
  incident_not_found: 'list what there is with `cordon incidents`',
  evidence_not_found: 'list what there is with `cordon evidence list ID`',
  evidence_expired: 'its time was over: `cordon evidence list ID` names its tombstone',
  evidence_missing:
    'see what else is missing with `cordon evidence verify`, and restore it from a backup',
  retention_only_extends: 'see with `cordon evidence list ID` until when it is kept already',
  reason_required: 'say why with --reason: it is kept on record',
  acknowledgement_required: 'review it with `cordon show ID`, then `cordon ack ID`',
  reattestation_required: 'put the cause right on the host, then `cordon reattest ID`',
  attestation_refused:
    'the host is not to be trusted yet: `cordon show ID` says why it was refused',
  attestor_unavailable: 'see that the attestor runs (`cordon doctor`), then repeat the command',
  not_enrolled: 'enrol it first: `cordon enroll HOST`',
  no_attestation_group: 'put the host into a group of policy/attestation.yaml',
  already_enrolled: 'if its key was renewed and you have made sure of that, add --replace',
  name_differs: 'read the Name on the host itself: somebody may stand between you and it',
  host_under_incident:
    'let the host prove itself by what is known to be good; or say --despite-incident',
  baseline_exists: 'choose another name: a baseline in force is never overwritten',
  inventory_unavailable:
    'see that CORDON_INVENTORY names what is there and answers (`cordon doctor`)',
  inventory_invalid: 'put right what is named, then `cordon inventory check`',
  agent_unreachable: 'see that `cordon agent` runs on the host, and where attestation.yaml says',
  range_unreachable:
    'a drill can tamper only with the practice host: `npm start` runs it where swtpm is installed',
  tasks_open: 'see what is left to do with `cordon tasks ID`',
  decisions_open:
    'see what is to be decided with `cordon tasks ID`, then `cordon decide ID STEP …`',
  steps_open: 'Cordon is still at it: `cordon show ID` says which targets do not obey yet',
  false_positive: 'end it as what it is: `cordon dismiss ID --reason … --tune …`',
  not_a_false_positive: 'say so in the task that finds it out: `cordon tasks ID`',
  out_of_order: 'see what comes first with `cordon tasks ID`',
  result_invalid: 'see what is asked for with `cordon task show ID TASK`',
  evidence_required: 'attach it with --evidence FILE, or --evidence sha256:DIGEST of what is kept',
  unknown_task: 'list what there is with `cordon tasks ID`',
  unknown_step: 'list what is to be decided with `cordon tasks ID`',
  bad_assignee: '`cordon principal list` shows who has the role',
  about_oneself: 'another person has to do it',
  same_person: 'another operator has to sign it',
  review_required:
    'complete what `cordon review draft ID` prints, then `cordon review sign ID FILE`',
  review_incomplete: 'write below each heading that is named, then sign it again',
  checklist_open: 'see what is left to do with `cordon tasks ID`',
  baseline_not_met: 'put right what is named, then `cordon resolve ID`: it is compared again',
  not_resolved: 'resolve it first: `cordon resolve ID`',
  not_required: 'go on with `cordon resolve ID`',
  already_resolved: 'nothing is left to be done but the review: `cordon show ID`',
  already_closed: 'nothing is left to be done: `cordon show ID`',
  not_started: 'it is recorded and its agent frozen by reflex; repeat the command in a moment',
  engine_unavailable:
    'reports are safe and are contained when the engine is back: ask `cordon doctor` what it lacks',
  ledger_unavailable:
    'nothing was recorded: free the disk or the database, then repeat the command',
  export_too_large:
    'export one incident at a time: `cordon export INCIDENT`; and that in parts with --from and --to',
  redaction_leak: 'nothing was given out: report it as a defect, and redact by hand meanwhile',
  unknown_class: 'the classes are the rules of the policy: policy/incident-containment.yaml',
  source_mismatch: 'a reporter speaks for its own source alone: use that source’s token',
  class_not_allowed:
    'let the source report this class in policy/reporters.yaml, then `cordon policy reload`',
  invalid_policy:
    'put the file right and try it with `cordon policy check FILE`; the running policy stays',
};

/** '' where there is nothing better to say than the refusal itself. */
export function adviceFor(code: string, incidentId = 'ID'): string {
  return (ADVICE[code] ?? '').replaceAll(/\bID\b/g, incidentId);
}
