import assert from 'node:assert/strict'

/** @typedef {{ localeOrigin: string | null, text: string }} Text */

/**
 * Waits for a call to be rejected, and returns the response in the SDK's error.
 * @param {number} status
 * @param {Promise<unknown>} call
 * @returns {Promise<{ data: any, headers: Record<string, string> }>}
 */
export async function rejected(status, call) {
  const error = await failure(call)
  assert.equal(error.name, 'AxiosError', `${error}`)
  assert.equal(error.response?.status, status, `${error}`)
  return error.response
}

/**
 * Waits for a call to be rejected, and checks that the response states the reason.
 * @param {number} status
 * @param {Promise<unknown>} call
 * @param {RegExp} [why] matches the texts of the causes
 */
export async function rejectedWithReason(status, call, why = /./) {
  const { data, headers } = await rejected(status, call)
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
  assert.fail('expected the call to fail')
}

/**
 * Checks the parts of a request, and the status of its response.
 * @param {import('./tenant.js').Request} request
 * @param {{ method: string, path: string, query?: string, status?: number, type?: string, body?: unknown }} want without a type, the request must have no body; the status defaults to 200
 */
export function wire(request, { method, path, query = '', status = 200, type, body }) {
  const requestBody = request.request.body === '' ? undefined : JSON.parse(request.request.body)
  assert.deepEqual(
    { method: request.method, path: request.path, query: request.query, status: request.status, type: request.request.header['Content-Type']?.[0], body: requestBody },
    { method, path, query, status, type, body },
  )
}

/**
 * Checks some properties of an object. It may have others.
 * @param {object} actual
 * @param {object} expected
 */
export function has(actual, expected) {
  assert.deepEqual(actual, { ...actual, ...expected })
}

/**
 * Returns the names of tokens, sorted.
 * @param {{ name: string }[]} tokens
 */
export function names(tokens) {
  return tokens.map(token => token.name).sort()
}

/**
 * Returns the token with a name.
 * @template {{ name: string }} T
 * @param {T[]} tokens
 * @param {string} name
 */
export function named(tokens, name) {
  const match = tokens.find(token => token.name === name)
  assert.ok(match, `expected a token with the name ${name}`)
  return match
}

/** Returns the kinds of the findings of a request. @param {import('./tenant.js').Request} request */
export const findings = request => request.findings.map(finding => finding.kind)

/** Returns the date in a number of days. @param {number} n */
export const days = n => new Date(Date.now() + n * 24 * 60 * 60 * 1000).toISOString()
