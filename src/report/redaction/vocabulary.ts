/**
 * Words that we print ourselves: hiding them would hide the report, and protect nothing. Stages, steps, states,
 * severities, levels of logs, yes and no, kinds of objects, and what a status, a check and a deployment say.
 */
const words = `
  preflight checkout build test scan image deploy report
  prepare compile lint analyze unit integration sast dast dependencies secrets config push
  start configs policy infrastructure manifests rollout migration smoke finalize rollback preview
  success failure cancelled skipped error pending queued completed in_progress inactive neutral running passed failed
  flaky blocked resumed ready healthy stable expired
  critical high medium low info unknown none
  trace debug information notice warning warn fatal verbose silent
  true false yes no on off enabled disabled null nil undefined
  created changed unchanged recreated deleted removed pruned restored applied
  deployed deployment verified started ended finished
  staging stagegate service version environment namespace stage step stages steps result reason time run runs commit status
  attempt timeline findings finding severity rule file line message warnings
  cluster registry vault github kubernetes docker ansible flyway job jobs pod pods container containers replica replicas
  revision digest tag tags ref branch lock lease node nodes
  secret configmap statefulset daemonset cronjob ingress endpoint
`

const vocabulary: ReadonlySet<string> = new Set(words.trim().split(/\s+/))

/** Whether a text is one of our own words, in whatever case. */
export function isOwnWord(text: string): boolean {
  return vocabulary.has(text.toLowerCase())
}
