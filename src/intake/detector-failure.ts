/** What is wrong with a detector is an incident of this class, where the policy has a rule for it. */
export const DETECTOR_FAILURE = 'detector_failure';
