import { beforeEach, expect, it } from 'vitest'
import { Configuration, PersonalAccessTokensV2024Api } from 'sailpoint-api-client'

// Each worker has a tenant of its own, behind /t/ and a name.
const name = `worker-${process.env.VITEST_POOL_ID}`
const base = process.env.SAIL_BASE_URL!.replace(/\/t\/.*/, '')
process.env.SAIL_BASE_URL = `${base}/t/${name}`

async function control(method: string, path: string, body?: unknown) {
  const answered = await fetch(`${process.env.PATMOCK_URL}/t/${name}/_mock${path}`, {
    method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body),
  })
  if (!answered.ok) throw new Error(await answered.text())
  return answered.status === 204 ? undefined : answered.json()
}
const pats = () => new PersonalAccessTokensV2024Api(new Configuration())
const logIn = (user: { clientId: string, clientSecret: string }) => fetch(`${process.env.SAIL_BASE_URL}/oauth/token`, {
  method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: user.clientId, client_secret: user.clientSecret }),
})

beforeEach(() => control('POST', '/reset'))

it('notices an expired token', async () => {
  const user = await control('POST', '/tokens', { owner: 'jane.doe', name: 'build', expirationDate: '+30d' })
  await control('POST', '/clock/advance', { by: '31d' }) // which ends cached access tokens, too
  await control('POST', '/findings/allowed', { kinds: ['expired-token'] }) // for exec --check: this test does it on purpose
  expect((await logIn(user)).status).toBe(401)
})

it('waits after 429', async () => {
  await control('POST', '/faults', { operation: 'list', status: 429, retryAfter: '1s' })
  const api = pats()
  const refused = await api.listPersonalAccessTokens().catch(e => e.response) // the SDK does not try again by itself
  await new Promise(done => setTimeout(done, 1000 * refused.headers['retry-after']))
  expect((await api.listPersonalAccessTokens()).status).toBe(200)
  expect((await control('GET', '/requests?finding=no-wait')).requests).toEqual([])
})

it('survives a flaky network', async () => {
  await control('POST', '/faults', { operation: 'list', effect: 'reset', times: 2 })
  expect((await pats().listPersonalAccessTokens()).status).toBe(200) // the SDK tries three times
  const asked = { expect: [{ match: { operation: 'list', fault: '*' }, times: 2 }, { match: { operation: 'list', status: 200 }, times: 1 }] }
  expect(await control('POST', '/verify', asked)).toMatchObject({ verified: true })
})
