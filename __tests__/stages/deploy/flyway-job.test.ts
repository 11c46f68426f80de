import { describe, expect, it } from 'vitest'
import { flywayJob } from '../../../src/stages/deploy/migration/flyway-job.ts'

const options = {
  service: 'ai-gen-service',
  namespace: 'staging',
  commit: '0123456789abcdef0123456789abcdef01234567',
  image: 'flyway/flyway:11',
  url: 'jdbc:postgresql://postgres:5432/ai_gen',
  files: [{ name: 'V1__first.sql', content: 'create table a ();' }],
  variables: { DB_USER: 'u', DB_PASSWORD: 'a-password' },
  timeoutMs: 600_000,
}

describe('flywayJob', () => {
  it('has the same name for the same commit and SQL, whatever the credentials of the run are', () => {
    const again = flywayJob({ ...options, variables: { DB_USER: 'v', DB_PASSWORD: 'another-password' } })
    expect(again.job.metadata.name).toBe(flywayJob(options).job.metadata.name)
  })

  it('has another name when the SQL is another', () => {
    const other = flywayJob({ ...options, files: [{ name: 'V1__first.sql', content: 'create table b ();' }] })
    expect(other.job.metadata.name).not.toBe(flywayJob(options).job.metadata.name)
  })

  it('keeps credentials out of the Job and the ConfigMap', () => {
    const { job, owned } = flywayJob(options)
    const config = owned.find((object) => object.kind === 'ConfigMap')
    expect(JSON.stringify([job, config])).not.toContain('a-password')
    expect(JSON.stringify([job, config])).not.toContain(Buffer.from('a-password').toString('base64'))
  })

  it('is never tried twice by itself, and ends with its step', () => {
    expect(flywayJob(options).job.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 600,
      template: { spec: { restartPolicy: 'Never' } },
    })
  })

  it('has a name that fits a label, however long the service is called', () => {
    const { job } = flywayJob({
      ...options,
      service: 'a-service-whose-name-is-longer-than-anyone-would-expect',
    })
    expect(job.metadata.name.length).toBeLessThanOrEqual(63)
  })
})
