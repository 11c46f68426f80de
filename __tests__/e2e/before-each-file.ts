import { endEarlierLogins } from './end-earlier-logins.ts'

// Vitest loads this before each file of end-to-end tests.
await endEarlierLogins()
