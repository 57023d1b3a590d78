import http from 'node:http'
import { beforeEach, expect, test } from 'vitest'
import { Configuration, PersonalAccessTokensV2024Api } from 'sailpoint-api-client'

const url = process.env.SAIL_BASE_URL ?? ''

/**
 * Calls the control API from the test process, since web pages may not.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<number>} the status
 */
function control(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/_mock${path}`, { method, headers: { 'Content-Type': 'application/json' } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
    request.end(body && JSON.stringify(body))
  })
}

const soon = () => new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString()

const connect = () => new PersonalAccessTokensV2024Api(new Configuration({
  baseurl: url, clientId: process.env.SAIL_CLIENT_ID, clientSecret: process.env.SAIL_CLIENT_SECRET, tokenUrl: `${url}/oauth/token`,
}))

beforeEach(async () => {
  expect(await control('POST', '/reset')).toBe(204)
})

test('a token is created, listed, patched and deleted', async () => {
  const api = connect()
  const created = (await api.createPersonalAccessToken({ createPersonalAccessTokenRequestV2024: { name: 'browser', expirationDate: soon() } })).data
  expect(created.secret).toMatch(/^[0-9a-f]{64}$/)
  const names = (await api.listPersonalAccessTokens({ ownerId: 'me' })).data.map((token) => token.name)
  expect(names).toContain('browser')
  const patched = await api.patchPersonalAccessToken({ id: created.id, jsonPatchOperationV2024: [{ op: 'replace', path: '/name', value: 'page' }] })
  expect(patched.data.name).toBe('page')
  expect((await api.deletePersonalAccessToken({ id: created.id })).status).toBe(204)
})

test('an error and its headers are readable', async () => {
  const error = await connect().listPersonalAccessTokens({ ownerId: 'me', filters: 'name eq "x"' }).catch((e) => e)
  expect(error.response.status).toBe(400)
  expect(error.response.data.detailCode).toMatch(/^400/)
  expect(error.response.headers['slpt-request-id']).toBe(error.response.data.trackingId)
})

test('429 and its Retry-After are readable', async () => {
  const api = connect()
  await api.listPersonalAccessTokens({ ownerId: 'me' })
  expect(await control('POST', '/faults', { operation: 'list', status: 429, retryAfter: '3s', times: 1 })).toBe(201)
  const error = await api.listPersonalAccessTokens({ ownerId: 'me' }).catch((e) => e)
  expect(error.response.status).toBe(429)
  expect(error.response.headers['retry-after']).toBe('3')
})

test('401 is readable', async () => {
  const configuration = new Configuration({
    baseurl: url, clientId: process.env.SAIL_CLIENT_ID, clientSecret: process.env.SAIL_CLIENT_SECRET, tokenUrl: `${url}/oauth/token`, accessToken: 'patmock',
  })
  configuration.accessToken = 'patmock'
  const error = await new PersonalAccessTokensV2024Api(configuration).listPersonalAccessTokens({ ownerId: 'me' }).catch((e) => e)
  expect(error.response.status).toBe(401)
})
