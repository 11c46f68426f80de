import { describe, expect, test } from 'vitest'
import { isClientSideOnly, parseConflicts } from '../../../../src/systems/kubernetes/apply/parse-conflicts.ts'

const status = (...causes: readonly (readonly [string, string])[]) => ({
  message: '',
  reason: 'Conflict',
  kind: '',
  causes: causes.map(([message, field]) => ({ reason: 'FieldManagerConflict', message, field })),
})

describe('a conflict of fields', () => {
  test('names the other manager, its subresource, and the field', () => {
    const conflicts = parseConflicts(
      status(
        ['conflict with "kube-controller-manager" with subresource "scale" using apps/v1', '.spec.replicas'],
        [
          'conflict with "helm" using apps/v1 at 2026-01-01T00:00:00Z',
          '.spec.template.spec.containers[name="a"].image',
        ],
      ),
    )
    expect(conflicts).toEqual([
      { manager: 'kube-controller-manager (scale)', field: '.spec.replicas' },
      { manager: 'helm', field: '.spec.template.spec.containers[name="a"].image' },
    ])
    expect(isClientSideOnly(conflicts)).toBe(false)
  })

  test('is taken over only where every other manager is a client-side apply', () => {
    const clientSide = ['conflict with "kubectl-client-side-apply" using v1', '.data.a'] as const
    expect(isClientSideOnly(parseConflicts(status(clientSide)))).toBe(true)
    expect(isClientSideOnly(parseConflicts(status(clientSide, ['conflict with "x"', '.data.b'])))).toBe(false)
    expect(isClientSideOnly([])).toBe(false)
  })
})
