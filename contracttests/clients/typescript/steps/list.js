import assert from 'node:assert/strict'
import { days, findings, has, named, names, rejectedWithReason, wire } from '../expect.js'

/** @typedef {import('../run.js').Run} Run */

/** Lists the caller's own tokens, with null for the date of a token that never expires or was never used. @param {Run} run */
export async function listMe(run) {
  const { data: tokens } = await (await run.as('jane.doe')).list({ ownerId: 'me' })
  assert.deepEqual(names(tokens), ['laptop', 'login', 'token report'])
  has(named(tokens, 'login'), { scope: ['sp:scopes:all'], managed: false, expirationDate: null })
  has(named(tokens, 'token report'), { scope: ['sp:my-personal-access-tokens:read'], lastUsed: null })
  assert.deepEqual([...new Set(tokens.map(token => token.owner.name))], ['jane.doe'])
  const request = await run.tenant.request('list')
  wire(request, { method: 'GET', path: run.path, query: 'owner-id=me' })
  assert.deepEqual(findings(request), [])
}

/** Lists the tokens of all users as an administrator. @param {Run} run */
export async function listAll(run) {
  const { data: tokens } = await (await run.as('admin')).list()
  assert.deepEqual([...new Set(tokens.map(token => token.owner.name))].sort(), ['admin', 'helpdesk', 'jane.doe', 'john.roe'])
  assert.equal(named(tokens, 'onboarding workflow').managed, true)
  wire(await run.tenant.request('list'), { method: 'GET', path: run.path })
}

/** Filters by the last use. Another filter is rejected with a reason. @param {Run} run */
export async function listFiltered(run) {
  const api = await run.as('jane.doe')
  const { data: unused } = await api.list({ ownerId: 'me', filters: 'lastUsed isnull' })
  assert.deepEqual(names(unused), ['token report'])
  const date = days(-100)
  const { data: stale } = await api.list({ ownerId: 'me', filters: `lastUsed le ${date}` })
  assert.deepEqual(names(stale), ['laptop'])
  await rejectedWithReason(400, api.list({ ownerId: 'me', filters: 'name eq "laptop"' }), /name/)

  const [first, second, third] = await run.tenant.requests('list', 3)
  wire(first, { method: 'GET', path: run.path, query: 'owner-id=me&filters=lastUsed+isnull' })
  wire(second, { method: 'GET', path: run.path, query: `owner-id=me&filters=lastUsed+le+${encodeURIComponent(date)}` })
  wire(third, { method: 'GET', path: run.path, query: 'owner-id=me&filters=name+eq+%22laptop%22', status: 400 })
}
