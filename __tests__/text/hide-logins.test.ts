import { expect, test } from 'vitest'
import { hideLogins } from '../../src/text/index.ts'

test.each([
  ['"https://u:hunter22hunter@example.com/x"', '"https://***@example.com/x"'],
  ['https://ghp_abcdef@github.com/a/b', 'https://***@github.com/a/b'],
  ['https://u:pa/ss@example.com', 'https://***@example.com'],
  ['u:hunter22hunter@github.com/acme/configs', '***@github.com/acme/configs'],
  [
    'jdbc:postgresql://db:5432/app?user=a&password=hunter22',
    'jdbc:postgresql://db:5432/app?user=a&password=***',
  ],
  ['jdbc:sqlserver://db;user=a;password=hunter22', 'jdbc:sqlserver://db;user=a;password=***'],
  ['http://x/healthz?access_token=abc&b=1', 'http://x/healthz?access_token=***&b=1'],
])('In %s the login is hidden', (text, shown) => {
  expect(hideLogins(text)).toBe(shown)
})

test.each([
  'https://staging.example.com/healthz?x=1',
  'a: b',
  'acme/configs',
  'git@github.com',
  'service://api:80/x',
  '',
])('In %s nothing is hidden', (text) => {
  expect(hideLogins(text)).toBe(text)
})
