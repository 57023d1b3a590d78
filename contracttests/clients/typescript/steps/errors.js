import assert from 'node:assert/strict'
import { findings, named, refused, refusedWithReason } from '../expect.js'
import { lifted, Limit } from '../run.js'

/** @typedef {import('../run.js').Run} Run */

/** Lists, patches and deletes what the caller has no right to. @param {Run} run */
export async function forbidden(run) {
  const [jane, admin] = [await run.as('jane.doe'), await run.as('admin')]
  const { id } = named((await admin.list()).data, 'build pipeline')
  await refusedWithReason(403, jane.list())
  await refusedWithReason(403, jane.patch(id, { op: 'replace', path: '/name', value: 'mine' }))
  await refusedWithReason(403, jane.remove(id))
  await refusedWithReason(403, admin.patch(id, { op: 'replace', path: '/name', value: 'mine' })) // but may delete it
  named((await admin.list()).data, 'build pipeline')
}

/** Patches and deletes a token that does not exist. @param {Run} run */
export async function notFound(run) {
  const api = await run.as('jane.doe')
  const id = 'ab'.repeat(16)
  await refusedWithReason(404, api.patch(id, { op: 'replace', path: '/name', value: 'nobody' }))
  await refusedWithReason(404, api.remove(id))
  await run.tenant.request('patch')
  await run.tenant.request('delete')
}

/**
 * Is told to wait. What asks for 429 is left to the caller, what meets 503 is sent three more times at once where it
 * changes nothing twice, and what loses its connection is sent again whatever it does.
 * @param {Run} run
 */
export async function rateLimited(run) {
  await fails(run, { operation: 'list', status: 429, retryAfter: '2s', times: 5 })
  const api = await run.as('jane.doe')
  const answer = await refused(429, api.list({ ownerId: 'me' }))
  assert.equal(answer.headers['retry-after'], '2')
  assert.equal(answer.data.message.trim(), 'Rate Limit Exceeded')
  await run.tenant.request('list', lifted)

  await fails(run, { operation: 'list', status: 503, retryAfter: '2s', times: 5 })
  await refused(503, api.list({ ownerId: 'me' }))
  const tries = await run.tenant.requests('list', 4)
  assert.equal(tries.map(findings).join(), ',no-wait,no-wait,no-wait', `no wait is expected ${lifted}`)

  await fails(run, { operation: 'create', status: 503, retryAfter: '2s', times: 5 })
  await refusedWithReason(503, api.create({ name: 'once' }))
  await run.tenant.request('create')

  await fails(run, { operation: 'create', effect: 'reset', times: 2 })
  assert.equal((await api.create({ name: 'thrice' })).status, 200)
  assert.deepEqual((await run.tenant.requests('create', 3)).map(request => request.status), [0, 0, 200])
  return new Limit('the SDK leaves 429 to the caller and does not read Retry-After: what meets 503 is sent again at once')
}

/**
 * Starts again with requests that fail. Access tokens stay valid.
 * @param {Run} run
 * @param {object} fault
 */
async function fails(run, fault) {
  await run.tenant.control('POST', '/reset')
  await run.tenant.control('POST', '/faults', fault)
}
