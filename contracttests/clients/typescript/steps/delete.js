import assert from 'node:assert/strict'
import { findings, names, rejectedWithReason, wire } from '../expect.js'

/** @typedef {import('../run.js').Run} Run */

/** Deletes a token. The list no longer contains it. @param {Run} run */
export async function deleteOne(run) {
  const api = await run.as('jane.doe')
  const { id } = (await api.create({ name: 'build' })).data
  assert.equal((await api.remove(id)).status, 204)
  assert.deepEqual(names((await api.list({ ownerId: 'me' })).data), ['laptop', 'login', 'token report'])
  const request = await run.tenant.request('delete')
  wire(request, { method: 'DELETE', path: `${run.path}/${id}`, status: 204 })
  assert.deepEqual(findings(request), [])
}

/** Deletes a token twice. @param {Run} run */
export async function deleteAgain(run) {
  const api = await run.as('jane.doe')
  const { id } = (await api.create({ name: 'build' })).data
  await api.remove(id)
  await rejectedWithReason(404, api.remove(id))
  assert.deepEqual((await run.tenant.requests('delete', 2)).map(request => request.status), [204, 404])
}
