import { expect, it } from 'vitest'
import { listDecrypted } from '../../../../../src/systems/kubernetes/manifests/sources/list-decrypted.ts'

const encrypted = 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'

it('names each value that was encrypted as its file does, and decodes base64', () => {
  const clear = `apiVersion: v1
kind: Secret
data:
  PASSWORD: aHVudGVyMjI=
stringData: { PORT: "5432" }
hosts: [db.internal]
env: [{ name: LOG_LEVEL, value: info }]
`
  const hidden = `apiVersion: v1
kind: Secret
data:
  PASSWORD: ${encrypted}
stringData: { PORT: "${encrypted}" }
hosts: ["${encrypted}"]
env: [{ name: LOG_LEVEL, value: "${encrypted}" }]
sops: { mac: "${encrypted}" }
`
  expect(listDecrypted(hidden, clear)).toEqual([
    { key: 'PASSWORD', value: 'aHVudGVyMjI=' },
    { key: 'PASSWORD', value: 'hunter22' },
    { key: 'PORT', value: '5432' },
    { key: 'hosts', value: 'db.internal' },
    { key: 'LOG_LEVEL', value: 'info' },
  ])
})
