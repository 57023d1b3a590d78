import assert from 'node:assert/strict'

/** @typedef {{ localeOrigin: string | null, text: string }} Text */

/**
 * Waits for a call to be refused, and returns the answer as the SDK hands it over.
 * @param {number} status
 * @param {Promise<unknown>} call
 * @returns {Promise<{ data: any, headers: Record<string, string> }>}
 */
export async function refused(status, call) {
  const error = await failure(call)
  assert.equal(error.name, 'AxiosError', `${error}`)
  assert.equal(error.response?.status, status, `${error}`)
  return error.response
}

/**
 * Waits for a call to be refused, and holds that the caller is told why.
 * @param {number} status
 * @param {Promise<unknown>} call
 * @param {RegExp} [why] what the causes say
 */
export async function refusedWithReason(status, call, why = /./) {
  const { data, headers } = await refused(status, call)
  assert.match(data.detailCode, new RegExp(`^${status}`))
  assert.equal(data.trackingId, headers['slpt-request-id'])
  assert.match(data.messages.find((/** @type {Text} */ m) => m.localeOrigin === 'DEFAULT').text, /\S/)
  assert.match(data.causes.map((/** @type {Text} */ m) => m.text).join(), why)
}

/**
 * Waits for a call to fail, and returns the error.
 * @param {Promise<unknown>} call
 * @returns {Promise<any>}
 */
export async function failure(call) {
  try {
    await call
  } catch (error) {
    return error
  }
  assert.fail('the call succeeded, and was expected to fail')
}

/**
 * Holds that a request went over the wire as it should.
 * @param {import('./tenant.js').Request} request
 * @param {{ method: string, path: string, query?: string, status?: number, type?: string, body?: unknown }} want without type no body, the status is 200 unless given
 */
export function wire(request, { method, path, query = '', status = 200, type, body }) {
  const sent = request.request.body === '' ? undefined : JSON.parse(request.request.body)
  assert.deepEqual(
    { method: request.method, path: request.path, query: request.query, status: request.status, type: request.request.header['Content-Type']?.[0], body: sent },
    { method, path, query, status, type, body },
  )
}

/**
 * Holds that an object has some properties, whatever else it has.
 * @param {object} actual
 * @param {object} expected
 */
export function has(actual, expected) {
  assert.deepEqual(actual, { ...actual, ...expected })
}

/**
 * The names of tokens, sorted.
 * @param {{ name: string }[]} tokens
 */
export function names(tokens) {
  return tokens.map(token => token.name).sort()
}

/**
 * The token of a name.
 * @template {{ name: string }} T
 * @param {T[]} tokens
 * @param {string} name
 */
export function named(tokens, name) {
  const found = tokens.find(token => token.name === name)
  assert.ok(found, `no token is named ${name}`)
  return found
}

/** The kinds of findings of a request. @param {import('./tenant.js').Request} request */
export const findings = request => request.findings.map(finding => finding.kind)

/** A moment that is a number of days away. @param {number} n */
export const days = n => new Date(Date.now() + n * 24 * 60 * 60 * 1000).toISOString()
