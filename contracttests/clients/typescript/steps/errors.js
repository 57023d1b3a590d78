import assert from 'node:assert/strict'
import { findings, named, rejected, rejectedWithReason } from '../expect.js'
import { lifted, Limit } from '../run.js'

/** @typedef {import('../run.js').Run} Run */

/** Lists, patches and deletes tokens without the right to do so. @param {Run} run */
export async function forbidden(run) {
  const [jane, admin] = [await run.as('jane.doe'), await run.as('admin')]
  const { id } = named((await admin.list()).data, 'build pipeline')
  await rejectedWithReason(403, jane.list())
  await rejectedWithReason(403, jane.patch(id, { op: 'replace', path: '/name', value: 'mine' }))
  await rejectedWithReason(403, jane.remove(id))
  await rejectedWithReason(403, admin.patch(id, { op: 'replace', path: '/name', value: 'mine' })) // but may delete it
  named((await admin.list()).data, 'build pipeline')
}

/** Patches and deletes a token that does not exist. @param {Run} run */
export async function notFound(run) {
  const api = await run.as('jane.doe')
  const id = 'ab'.repeat(16)
  await rejectedWithReason(404, api.patch(id, { op: 'replace', path: '/name', value: 'nobody' }))
  await rejectedWithReason(404, api.remove(id))
  await run.tenant.request('patch')
  await run.tenant.request('delete')
}

/**
 * Gets 429, 503 and lost connections. The SDK returns 429 to the caller. It retries a GET three times at once after 503,
 * but not a POST. It retries every request whose connection was lost.
 * @param {Run} run
 */
export async function rateLimited(run) {
  await fails(run, { operation: 'list', status: 429, retryAfter: '2s', times: 5 })
  const api = await run.as('jane.doe')
  const response = await rejected(429, api.list({ ownerId: 'me' }))
  assert.equal(response.headers['retry-after'], '2')
  assert.equal(response.data.message.trim(), 'Rate Limit Exceeded')
  await run.tenant.request('list', lifted)

  await fails(run, { operation: 'list', status: 503, retryAfter: '2s', times: 5 })
  await rejected(503, api.list({ ownerId: 'me' }))
  const tries = await run.tenant.requests('list', 4)
  assert.equal(tries.map(findings).join(), ',no-wait,no-wait,no-wait', `expected retries without a wait ${lifted}`)

  await fails(run, { operation: 'create', status: 503, retryAfter: '2s', times: 5 })
  await rejectedWithReason(503, api.create({ name: 'once' }))
  await run.tenant.request('create')

  await fails(run, { operation: 'create', effect: 'reset', times: 2 })
  assert.equal((await api.create({ name: 'thrice' })).status, 200)
  assert.deepEqual((await run.tenant.requests('create', 3)).map(request => request.status), [0, 0, 200])
  return new Limit('the SDK leaves 429 to the caller, and does not read Retry-After: it retries a GET at once after 503')
}

/**
 * Resets the tenant and adds a fault. Access tokens stay valid.
 * @param {Run} run
 * @param {object} fault
 */
async function fails(run, fault) {
  await run.tenant.control('POST', '/reset')
  await run.tenant.control('POST', '/faults', fault)
}
