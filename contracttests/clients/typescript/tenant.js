import assert from 'node:assert/strict'

/** @typedef {{ clientId: string, clientSecret: string }} Credentials */
/** @typedef {{ header: Record<string, string[]>, body: string }} Message */
/** @typedef {{ time: string, method: string, path: string, query: string, status: number, owner: string, fault: string, findings: { kind: string }[], request: Message }} Request */

/** A tenant of the mock, with its control surface. */
export class Tenant {
  /** @param {string} url base URL of clients, without a slash at its end */
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
    const answered = await fetch(`${this.url}/_mock${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) })
    const text = await answered.text()
    if (!answered.ok) throw new Error(`${method} ${this.url}/_mock${path}: ${answered.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }

  /**
   * How a user logs in.
   * @param {string} name
   * @returns {Promise<Credentials>}
   */
  async credentials(name) {
    const { users } = await this.control('GET', '/credentials')
    const found = users.find((/** @type {{ user: string }} */ u) => u.user === name)
    assert.ok(found, `the mock has no user ${name}`)
    return found
  }

  /**
   * What the journal holds of an operation, in order, which has to be exactly as many requests.
   * @param {string} operation
   * @param {number} times
   * @param {string} [otherwise] what it means if there are not
   * @returns {Promise<Request[]>}
   */
  async requests(operation, times, otherwise = '') {
    // A response may arrive before its journal entry, so the mock waits for the entry.
    const { outcomes } = await this.control('POST', '/verify', { expect: [{ match: { operation }, times }], timeout: '30s' })
    const found = outcomes[0].actual
    assert.ok(found === times, `the journal has ${found} requests of ${operation}, expected ${times} ${otherwise}`)
    const { requests } = await this.control('GET', `/requests?operation=${operation}`)
    return Promise.all(requests.map((/** @type {{ id: string }} */ r) => this.control('GET', `/requests/${r.id}`)))
  }

  /**
   * The one request of an operation that there was.
   * @param {string} operation
   * @param {string} [otherwise] what it means if there was not
   */
  async request(operation, otherwise) {
    const [request] = await this.requests(operation, 1, otherwise)
    return request
  }
}
