import assert from 'node:assert/strict'

/** @typedef {{ clientId: string, clientSecret: string }} Credentials */
/** @typedef {{ header: Record<string, string[]>, body: string }} Message */
/** @typedef {{ time: string, method: string, path: string, query: string, status: number, owner: string, fault: string, findings: { kind: string }[], request: Message }} Request */

/** A tenant of the mock, with its control API. */
export class Tenant {
  /** @param {string} url base URL for clients, without a trailing slash */
  constructor(url) {
    this.url = url
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async control(method, path, body) {
    const response = await fetch(`${this.url}/_mock${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${this.url}/_mock${path}: ${response.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }

  /**
   * Returns the credentials of a user.
   * @param {string} name
   * @returns {Promise<Credentials>}
   */
  async credentials(name) {
    const { users } = await this.control('GET', '/credentials')
    const user = users.find((/** @type {{ user: string }} */ u) => u.user === name)
    assert.ok(user, `the mock has no user ${name}`)
    return user
  }

  /**
   * Returns the requests of an operation from the journal, in order, and fails unless there are exactly as many.
   * @param {string} operation
   * @param {number} times
   * @param {string} [otherwise] the meaning of another number
   * @returns {Promise<Request[]>}
   */
  async requests(operation, times, otherwise = '') {
    // A response may arrive before its journal entry, so the mock waits for the entry.
    const { outcomes } = await this.control('POST', '/verify', { expect: [{ match: { operation }, times }], timeout: '30s' })
    const actual = outcomes[0].actual
    assert.ok(actual === times, `the journal has ${actual} requests of ${operation}, expected ${times} ${otherwise}`)
    const { requests } = await this.control('GET', `/requests?operation=${operation}`)
    return Promise.all(requests.map((/** @type {{ id: string }} */ r) => this.control('GET', `/requests/${r.id}`)))
  }

  /**
   * Returns the only request of an operation.
   * @param {string} operation
   * @param {string} [otherwise] the meaning of another number
   */
  async request(operation, otherwise) {
    const [request] = await this.requests(operation, 1, otherwise)
    return request
  }
}
