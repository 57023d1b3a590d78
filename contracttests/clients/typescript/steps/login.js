import assert from 'node:assert/strict'
import { Configuration } from 'sailpoint-api-client'
import { failure, findings, named, names, rejected, wire } from '../expect.js'
import { lifted, Limit } from '../run.js'

/** @typedef {import('../run.js').Run} Run */

/** Logs in once for several calls, with a multipart form. @param {Run} run */
export async function token(run) {
  const api = await run.as('jane.doe')
  await api.list({ ownerId: 'me' })
  await api.list({ ownerId: 'me' })

  const login = await run.tenant.request('token')
  const { clientId } = await run.tenant.credentials('jane.doe')
  assert.deepEqual([login.method, login.path, login.query, login.status, login.owner], ['POST', '/oauth/token', '', 200, 'jane.doe'])
  assert.match(login.request.header['Content-Type'][0], /^multipart\/form-data; boundary=/)
  assert.match(login.request.body, /name="grant_type"\r\n\r\nclient_credentials\r\n/)
  assert.match(login.request.body, new RegExp(`name="client_id"\r\n\r\n${clientId}\r\n`))
  assert.match(login.request.body, /name="client_secret"\r\n\r\n/)
  assert.deepEqual(findings(login), [])

  const calls = await run.tenant.requests('list', 2)
  for (const call of calls) {
    assert.match(call.request.header.Authorization[0], /^Bearer /)
    assert.match(call.request.header['X-Sailpoint-Sdk'][0], /^typescript-/)
    assert.deepEqual(findings(call), [])
  }
}

/** Gets 401, and does not log in again. @param {Run} run */
export async function unauthorized(run) {
  const { clientId } = await run.tenant.credentials('jane.doe')
  const wrong = await run.as({ clientId, clientSecret: '0'.repeat(64) })
  const error = await failure(wrong.list())
  assert.ok(error.response === undefined, `expected an error without the response of the rejected login ${lifted}`)
  assert.equal(error.message, 'AxiosError: Request failed with status code 401')
  assert.equal((await run.tenant.request('token')).status, 401)
  await run.tenant.requests('list', 0)

  const api = await run.as('jane.doe')
  await api.list({ ownerId: 'me' })
  await run.tenant.control('POST', '/clock/advance', { by: '13h' })
  const expired = await rejected(401, api.list({ ownerId: 'me' }))
  assert.equal(typeof expired.data.error, 'string')
  const calls = await run.tenant.requests('list', 2)
  assert.deepEqual(calls.map(call => call.status), [200, 401])
  assert.deepEqual(findings(calls[1]), ['expired-access-token'])
  await run.tenant.requests('token', 2, lifted) // the rejected one, and the one of the successful call

  const configuration = new Configuration({ baseurl: run.tenant.url, accessToken: 'garbage' })
  const garbage = await rejected(401, run.version.connect(configuration).list({ ownerId: 'me' }))
  assert.equal(typeof garbage.data.error, 'string')
  await run.tenant.requests('token', 2, lifted)
  return new Limit('the SDK does not log in again after 401, and loses the response to a rejected login')
}

/** Uses a base URL with a path. Other tenants do not change. @param {Run} run */
export async function namespace(run) {
  const before = await run.root.control('GET', '/namespace')
  const api = await run.as('jane.doe')
  await api.create({ name: 'apart' })
  assert.deepEqual(names((await api.list({ ownerId: 'me' })).data), ['apart', 'laptop', 'login', 'token report'])
  wire(await run.tenant.request('list'), { method: 'GET', path: run.path, query: 'owner-id=me' })

  const after = await run.root.control('GET', '/namespace')
  assert.deepEqual([after.tokens, after.requests], [before.tokens, before.requests])
}

/** Uses base URLs with a trailing slash, with and without a path. @param {Run} run */
export async function trailingSlash(run) {
  for (const baseUrl of [`${run.root.url}/`, `${run.tenant.url}/`]) {
    const api = await run.as('jane.doe', baseUrl)
    named((await api.list({ ownerId: 'me' })).data, 'laptop')
  }
  const api = await run.as('jane.doe', `${run.tenant.url}/`)
  const { data: created } = await api.create({ name: 'slashed' })
  assert.equal((await api.patch(created.id, { op: 'replace', path: '/name', value: 'renamed' })).data.name, 'renamed')
  assert.equal((await api.remove(created.id)).status, 204)
}

/** Uses only the initial environment variables of the driver. @param {Run} run */
export async function environment(run) {
  await run.root.control('DELETE', '/requests')
  const { data: tokens } = await run.environment().list({ ownerId: 'me' })
  named(tokens, 'login')
  assert.deepEqual([...new Set(tokens.map(t => t.owner.name))], ['jane.doe'])
  const login = await run.root.request('token')
  assert.deepEqual([login.owner, login.status], ['jane.doe', 200])
  wire(await run.root.request('list'), { method: 'GET', path: run.path, query: 'owner-id=me' })
}
