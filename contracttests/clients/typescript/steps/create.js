import assert from 'node:assert/strict'
import { days, findings, has, named, wire } from '../expect.js'
import { Limit } from '../run.js'

/** @typedef {import('../run.js').Run} Run */

const type = 'application/json'

/** Sends only a name. The created token expires in six months, and can log in. @param {Run} run */
export async function createMinimal(run) {
  await run.tenant.control('PUT', '/clock', { now: '2040-03-15T12:00:00Z', frozen: true })
  const api = await run.as('jane.doe')
  const { status, data: created } = await api.create({ name: 'build' })
  assert.equal(status, 200)
  const { id, secret, owner, ...rest } = created
  assert.match(id, /^[0-9a-f]{32}$/)
  assert.match(secret, /^[0-9a-f]{64}$/)
  assert.equal(owner.name, 'jane.doe')
  assert.deepEqual(rest, {
    name: 'build', scope: ['sp:scopes:all'], accessTokenValiditySeconds: 43200,
    created: '2040-03-15T12:00:00.000Z', expirationDate: '2040-09-15T12:00:00.000Z',
  })
  const request = await run.tenant.request('create')
  wire(request, { method: 'POST', path: run.path, type, body: { name: 'build' } })
  assert.deepEqual(findings(request), [])

  const itself = await run.as({ clientId: id, clientSecret: secret })
  named((await itself.list({ ownerId: 'me' })).data, 'build')
}

/** Sends every field of the API. The types of the SDK lack one of them. @param {Run} run */
export async function createAllFields(run) {
  const api = await run.as('jane.doe')
  const expirationDate = days(30)
  const known = { name: 'build', scope: ['sp:my-personal-access-tokens:read', 'sp:my-personal-access-tokens:manage'], accessTokenValiditySeconds: 900 }
  const { data: created } = await api.create({
    name: known.name, scope: known.scope, accessTokenValiditySeconds: known.accessTokenValiditySeconds,
    // @ts-expect-error No type of the SDK has this field. If tsc reports this directive as unused, remove the limit.
    expirationDate,
  })
  has(created, { ...known, expirationDate })
  const request = await run.tenant.request('create')
  wire(request, { method: 'POST', path: run.path, type, body: { ...known, expirationDate } })
  assert.deepEqual(findings(request), [])
  return new Limit('the SDK lacks expirationDate in its types, but sends it')
}

/** Requests a token that never expires. These versions ignore the field. @param {Run} run */
export async function createNeverExpiring(run) {
  await run.tenant.control('PUT', '/clock', { now: '2040-03-15T12:00:00Z', frozen: true })
  const api = await run.as('jane.doe')
  const { status, data: created } = await api.create({
    name: 'forever',
    // @ts-expect-error These versions lack the field.
    userAwareTokenNeverExpires: true,
  })
  assert.equal(status, 200)
  has(created, { name: 'forever', expirationDate: '2040-09-15T12:00:00.000Z' })
  const request = await run.tenant.request('create')
  wire(request, { method: 'POST', path: run.path, type, body: { name: 'forever', userAwareTokenNeverExpires: true } })
  assert.deepEqual(findings(request), ['unknown-property'])
}
