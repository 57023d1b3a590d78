import assert from 'node:assert/strict'
import { days, findings, named, names, rejectedWithReason, wire } from '../expect.js'

/** @typedef {import('../run.js').Run} Run */
/** @typedef {import('../versions.js').Operation} Operation */

const type = 'application/json-patch+json'

/** Changes the name. @param {Run} run */
export async function patchName(run) {
  const patched = await accepted(run, { op: 'replace', path: '/name', value: 'renamed' })
  assert.equal(patched.name, 'renamed')
}

/** Changes the scope, with a list as the value. @param {Run} run */
export async function patchScope(run) {
  const scope = ['sp:my-personal-access-tokens:read']
  const patched = await accepted(run, { op: 'replace', path: '/scope', value: scope })
  assert.deepEqual(patched.scope, scope)
}

/** Tries to change the date. These versions reject that. @param {Run} run */
export async function patchDate(run) {
  await unpatchable(run, { op: 'replace', path: '/expirationDate', value: days(30) })
}

/** Tries to acknowledge that the token never expires. These versions reject that. @param {Run} run */
export async function patchAcknowledgement(run) {
  await unpatchable(run, { op: 'replace', path: '/userAwareTokenNeverExpires', value: true })
}

/** Tries to take the name of another token. @param {Run} run */
export async function renameTaken(run) {
  const api = await run.as('jane.doe')
  const { data: created } = await api.create({ name: 'build' })
  await rejectedWithReason(400, api.patch(created.id, { op: 'replace', path: '/name', value: 'laptop' }), /name/)
  assert.deepEqual(names((await api.list({ ownerId: 'me' })).data), ['build', 'laptop', 'login', 'token report'])
  await run.tenant.request('patch')
}

/**
 * Patches a token, and returns the response. The list must contain the same token.
 * @param {Run} run
 * @param {Operation} operation
 */
async function accepted(run, operation) {
  const api = await run.as('jane.doe')
  const { id } = (await api.create({ name: 'build' })).data
  const { status, data: patched } = await api.patch(id, operation)
  assert.equal(status, 200)
  const request = await run.tenant.request('patch')
  wire(request, { method: 'PATCH', path: `${run.path}/${id}`, type, body: [operation] })
  assert.deepEqual(findings(request), [])
  assert.deepEqual(named((await api.list({ ownerId: 'me' })).data, patched.name), patched)
  return patched
}

/**
 * Sends a patch that must be rejected with a reason. The tokens must not change.
 * @param {Run} run
 * @param {Operation} operation
 */
async function unpatchable(run, operation) {
  const api = await run.as('jane.doe')
  const { id } = (await api.create({ name: 'build' })).data
  const { data: before } = await api.list({ ownerId: 'me' })
  await rejectedWithReason(400, api.patch(id, operation), new RegExp(operation.path))
  wire(await run.tenant.request('patch'), { method: 'PATCH', path: `${run.path}/${id}`, status: 400, type, body: [operation] })
  assert.deepEqual((await api.list({ ownerId: 'me' })).data, before)
}
